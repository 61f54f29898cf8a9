//! Cedar, asked through `Authorizer::is_authorized`. Policies, entities and requests are parsed and built beforehand,
//! without a schema, so that nothing is validated while time is measured.

use crate::catalogue::{DEVICES, Rule, list};
use crate::decisions::{Engine, Request};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PolicyId,
    PolicySet, RestrictedExpression,
};
use std::collections::{HashMap, HashSet};

pub struct Cedar {
    name: &'static str,
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<cedar_policy::Request>,
}

impl Cedar {
    /// One policy a rule: the title in its scope, the rest in its conditions.
    pub fn one_policy_a_rule(rules: &[Rule], requests: &[Request<'_>]) -> Self {
        let mut policies = PolicySet::new();
        for (number, rule) in rules.iter().enumerate() {
            let policy = Policy::parse(Some(PolicyId::new(format!("rule{number}"))), policy(rule)).unwrap();
            policies.add(policy).unwrap();
        }
        Self {
            name: "cedar-policy, one policy a rule",
            authorizer: Authorizer::new(),
            policies,
            entities: Entities::empty(),
            requests: requests.iter().map(request).collect(),
        }
    }

    /// One policy for all, and the rights as attributes of the titles.
    pub fn rights_as_attributes(rules: &[Rule], requests: &[Request<'_>]) -> Self {
        const POLICY: &str = r#"
            permit(principal, action == Action::"play", resource) when {
                resource has territories &&
                resource.territories.contains(context.country) &&
                resource.from <= context.now && context.now < resource.until &&
                resource.tiers.contains(context.tier) &&
                resource.devices.contains(context.device)
            } unless {
                resource has blackout && resource.blackout.country == context.country &&
                resource.blackout.from <= context.now && context.now < resource.blackout.until
            };"#;
        let mut policies = PolicySet::new();
        policies.add(Policy::parse(None, POLICY).unwrap()).unwrap();
        Self {
            name: "cedar-policy, rights as attributes",
            authorizer: Authorizer::new(),
            policies,
            entities: Entities::from_entities(rules.iter().map(entity), None).unwrap(),
            requests: requests.iter().map(request).collect(),
        }
    }
}

impl Engine for Cedar {
    fn name(&self) -> &'static str {
        self.name
    }

    fn allows(&mut self, request: usize) -> bool {
        let response = self.authorizer.is_authorized(&self.requests[request], &self.policies, &self.entities);
        response.decision() == Decision::Allow
    }
}

fn policy(rule: &Rule) -> String {
    let mut conditions = vec![
        format!("{}.contains(context.country)", list(&rule.territories)),
        format!("{} <= context.now", rule.from),
        format!("{}.contains(context.tier)", list(&rule.tiers)),
    ];
    if let Some(until) = rule.until {
        conditions.push(format!("context.now < {until}"));
    }
    if let Some(devices) = &rule.devices {
        conditions.push(format!("{}.contains(context.device)", list(devices)));
    }
    let unless = rule.blackout.as_ref().map_or(String::new(), |blackout| {
        format!(
            " unless {{ context.country == \"{}\" && {} <= context.now && context.now < {} }}",
            blackout.country, blackout.from, blackout.until
        )
    });
    format!(
        "permit(principal, action == Action::\"play\", resource == Title::\"{}\") when {{ {} }}{unless};",
        rule.titles[0],
        conditions.join(" && ")
    )
}

fn entity(rule: &Rule) -> Entity {
    let mut attributes = HashMap::from([
        ("territories".to_owned(), set(&rule.territories)),
        ("from".to_owned(), RestrictedExpression::new_long(rule.from)),
        ("until".to_owned(), RestrictedExpression::new_long(rule.until.unwrap_or(i64::MAX))),
        ("tiers".to_owned(), set(&rule.tiers)),
        ("devices".to_owned(), set(rule.devices.as_deref().unwrap_or(&DEVICES))),
    ]);
    if let Some(blackout) = &rule.blackout {
        let record = RestrictedExpression::new_record([
            ("country".to_owned(), text(blackout.country)),
            ("from".to_owned(), RestrictedExpression::new_long(blackout.from)),
            ("until".to_owned(), RestrictedExpression::new_long(blackout.until)),
        ]);
        attributes.insert("blackout".to_owned(), record.unwrap());
    }
    Entity::new(uid("Title", &rule.titles[0]), attributes, HashSet::new()).unwrap()
}

fn request(request: &Request<'_>) -> cedar_policy::Request {
    let context = Context::from_pairs([
        ("country".to_owned(), text(request.country)),
        ("tier".to_owned(), text(request.tier)),
        ("device".to_owned(), text(request.device)),
        ("now".to_owned(), RestrictedExpression::new_long(request.now)),
    ])
    .unwrap();
    let (viewer, play) = (uid("Viewer", "one"), uid("Action", "play"));
    cedar_policy::Request::new(viewer, play, uid("Title", request.title), context, None).unwrap()
}

fn uid(of: &str, id: &str) -> EntityUid {
    let of: EntityTypeName = of.parse().unwrap();
    EntityUid::from_type_name_and_id(of, EntityId::new(id))
}

fn text(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

fn set<T: AsRef<str>>(members: &[T]) -> RestrictedExpression {
    RestrictedExpression::new_set(members.iter().map(|member| text(member.as_ref())))
}
