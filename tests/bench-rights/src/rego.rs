//! Rego in regorus, by its interpreter and by its virtual machine. Policy, data and inputs are read and built beforehand
//! and the same engine answers one request after the other; an input is handed over as a counted reference.

use crate::catalogue::{DEVICES, Rule};
use crate::decisions::{Engine, Request};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Rc, Value};
use std::collections::BTreeMap;

/// Lists are objects, in which a member is found rather than searched for.
const POLICY: &str = "
package rights

default allow := false

allow if {
    rule := data.titles[input.title]
    rule.territories[input.country]
    rule.from <= input.now
    input.now < rule.until
    rule.tiers[input.tier]
    rule.devices[input.device]
    not blacked_out
}

blacked_out if {
    blackout := data.titles[input.title].blackout
    blackout.territories[input.country]
    blackout.from <= input.now
    input.now < blackout.until
}
";
const ALLOW: &str = "data.rights.allow";

pub struct Interpreter {
    engine: regorus::Engine,
    inputs: Vec<Value>,
}

impl Interpreter {
    pub fn new(rules: &[Rule], requests: &[Request<'_>]) -> Self {
        Self { engine: engine(rules), inputs: requests.iter().map(input).collect() }
    }
}

impl Engine for Interpreter {
    fn name(&self) -> &'static str {
        "regorus, interpreter"
    }

    fn allows(&mut self, request: usize) -> bool {
        self.engine.set_input(self.inputs[request].clone());
        self.engine.eval_rule(ALLOW.to_owned()).unwrap() == Value::from(true)
    }
}

pub struct Machine {
    machine: RegoVM,
    inputs: Vec<Value>,
}

impl Machine {
    pub fn new(rules: &[Rule], requests: &[Request<'_>]) -> Self {
        let compiled = engine(&[]).compile_with_entrypoint(&Rc::from(ALLOW)).unwrap();
        let program = Compiler::compile_from_policy(&compiled, &[ALLOW]).unwrap();
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_data(data(rules)).unwrap();
        Self { machine, inputs: requests.iter().map(input).collect() }
    }
}

impl Engine for Machine {
    fn name(&self) -> &'static str {
        "regorus, virtual machine"
    }

    fn allows(&mut self, request: usize) -> bool {
        self.machine.set_input(self.inputs[request].clone());
        self.machine.execute().unwrap() == Value::from(true)
    }
}

fn engine(rules: &[Rule]) -> regorus::Engine {
    let mut engine = regorus::Engine::new();
    engine.add_policy("rights.rego".to_owned(), POLICY.to_owned()).unwrap();
    engine.add_data(data(rules)).unwrap();
    engine
}

fn data(rules: &[Rule]) -> Value {
    let titles: BTreeMap<Value, Value> =
        rules.iter().map(|rule| (Value::from(rule.titles[0].as_str()), rights(rule))).collect();
    object([("titles", Value::from(titles))])
}

fn rights(rule: &Rule) -> Value {
    let mut members = vec![
        ("territories", set(&rule.territories)),
        ("from", Value::from(rule.from)),
        ("until", Value::from(rule.until.unwrap_or(i64::MAX))),
        ("tiers", set(&rule.tiers)),
        ("devices", set(rule.devices.as_deref().unwrap_or(&DEVICES))),
    ];
    if let Some(blackout) = &rule.blackout {
        let blackout = object([
            ("territories", set(&[blackout.country])),
            ("from", Value::from(blackout.from)),
            ("until", Value::from(blackout.until)),
        ]);
        members.push(("blackout", blackout));
    }
    object(members)
}

fn input(request: &Request<'_>) -> Value {
    object([
        ("title", Value::from(request.title)),
        ("country", Value::from(request.country)),
        ("tier", Value::from(request.tier)),
        ("device", Value::from(request.device)),
        ("now", Value::from(request.now)),
    ])
}

fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let members: BTreeMap<Value, Value> =
        members.into_iter().map(|(name, value)| (Value::from(name), value)).collect();
    Value::from(members)
}

fn set<T: AsRef<str>>(members: &[T]) -> Value {
    let members: BTreeMap<Value, Value> =
        members.iter().map(|member| (Value::from(member.as_ref()), Value::from(true))).collect();
    Value::from(members)
}
