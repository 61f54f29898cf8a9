//! Saying what would be served.

use crate::{Answer, print_json, print_lines, remark_lines};
use origin_api::Overview;
use rights::language::Problem;
use serde_json::{Value, json};

/// The same for people and for scripts.
pub(super) fn print(overview: &Overview, warnings: &[Problem], json: bool) -> Answer {
    if json {
        let mut value = json!(overview);
        if let Value::Object(fields) = &mut value {
            fields.insert("ok".to_owned(), Value::Bool(true));
            let warnings = warnings.iter().map(Problem::to_json).collect();
            fields.insert("warnings".to_owned(), Value::Array(warnings));
        }
        return print_json(&value);
    }
    for warning in warnings {
        remark_lines(&warning.to_string());
    }
    print_lines(&lines(overview).join("\n"))
}

/// What is wrong, for scripts. `warnings` is a list, as it is where nothing is wrong.
pub(super) fn print_mistakes(problems: &[Problem]) -> Answer {
    let shown: Vec<Value> = problems.iter().map(Problem::to_json).collect();
    print_json(&json!({ "ok": false, "errors": shown.len(), "warnings": [], "problems": shown }))
}

fn lines(overview: &Overview) -> Vec<String> {
    let nobody = |text: String, instead: &str| if text.is_empty() { instead.to_owned() } else { text };
    let mut lines = vec![
        format!("listens: {}, reached as {}", overview.listen, overview.public_url),
        format!(
            "policy: {} from {}, unless another was put into the store",
            overview.policy.name, overview.policy.from
        ),
        format!("store: {}, which was not opened", overview.store),
    ];
    if let Some(private) = &overview.private_listen {
        lines.push(format!("listens, for those who look after it: {private}"));
    }
    lines.extend(overview.logins.iter().map(|login| {
        format!("logins: {} for {}, keys from {}", login.issuer, login.audience.join(", "), login.keys)
    }));
    lines.push(match &overview.admin_group {
        Some(group) => format!("administrators: logins of the group `{group}`"),
        None => "administrators: nobody".to_owned(),
    });
    let signing =
        overview.key_pair_id.as_ref().map(|id| format!("; CloudFront key {id}")).unwrap_or_default();
    lines.push(format!(
        "deliveries: {}; token keys {}{signing}",
        overview.deliveries.join(", "),
        overview.token_keys.join(", ")
    ));
    lines.push(format!(
        "where viewers are: {}",
        nobody(overview.facts.join("; "), "nobody says, so that only what is free everywhere plays")
    ));
    let systems = overview.systems.iter().map(|system| match &system.vendor {
        Some(vendor) => format!("{} from {vendor}", system.name),
        None => system.name.to_owned(),
    });
    lines.push(format!("licences: {}", nobody(systems.collect::<Vec<_>>().join(", "), "none")));
    if !overview.master_keys.is_empty() {
        lines.push(format!(
            "content keys: sealed under master key {}",
            overview.master_keys.join(", formerly ")
        ));
    }
    lines.extend(overview.tenants.iter().map(|tenant| {
        let packager = tenant.packager.as_deref().unwrap_or("none");
        format!("tenant {}: {}; packager {packager}", tenant.id, tenant.titles.join(", "))
    }));
    lines.extend(overview.secrets.iter().map(|secret| format!("secret {}: {}", secret.place, secret.from)));
    lines
}
