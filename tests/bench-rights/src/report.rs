//! Figures as people read them.

/// What one measurement gave in each round.
#[derive(Default, Clone)]
pub struct Samples(pub Vec<f64>);

impl Samples {
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }

    /// Half the range, as a share of the median.
    fn spread(&self) -> String {
        let (low, high) = self.range();
        format!("±{:.0} %", (high - low) / 2.0 / self.median() * 100.0)
    }

    fn range(&self) -> (f64, f64) {
        self.0.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)))
    }

    /// Taken within each round, so that a machine that is slow for a while is slow for both.
    pub fn over(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, other)| one / other).collect())
    }
}

/// What a figure should be.
#[derive(Clone, Copy)]
pub enum Expected {
    AtLeast(f64),
    AtMost(f64),
}

/// The head of a section.
pub fn section(title: &str, what: &str) {
    println!("\n{title}\n{what}\n");
}

/// The head of the rows that `row` prints.
pub fn head(unit: &str) {
    println!("{unit:>14}  spread  from - to");
}

/// A figure that nothing is expected of.
pub fn row(samples: &Samples, name: &str) {
    let (low, high) = samples.range();
    let range = format!("{} - {}", figure(low), figure(high));
    println!("{:>14}  {:>6}  {range:<25}  {name}", figure(samples.median()), samples.spread());
}

/// How often that is what stands first.
pub fn ratio(samples: &Samples) {
    println!("{:>14}  {:>6}", format!("{} x", figure(samples.median())), samples.spread());
}

/// A figure, what was expected of it if anything was, and whether it is so.
pub fn verdict(samples: &Samples, unit: &str, expected: Option<Expected>, name: &str) {
    let (met, limit) = match expected {
        Some(Expected::AtLeast(limit)) => (samples.median() >= limit, format!("{} or more: ", figure(limit))),
        Some(Expected::AtMost(limit)) => (samples.median() <= limit, format!("{} or less: ", figure(limit))),
        None => (true, String::new()),
    };
    let met = match (expected, met) {
        (None, _) => "",
        (_, true) => "met",
        (_, false) => "MISSED",
    };
    let shown = format!("{} {unit}", figure(samples.median()));
    println!("{shown:>14}  {:>6}  {:<25}  {name}", samples.spread(), limit + met);
}

/// The head of the rows that `verdict` prints.
pub fn verdicts() {
    println!("{:>14}  spread  expected", "figure");
}

/// With as many digits as say something, thousands apart.
pub fn figure(value: f64) -> String {
    if value < 100.0 {
        return format!("{value:.2}");
    }
    grouped(&format!("{value:.0}"))
}

/// A number of things.
pub fn count(number: usize) -> String {
    grouped(&number.to_string())
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
