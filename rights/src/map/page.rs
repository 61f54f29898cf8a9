//! The sheet: heading, map, legend and exceptions, one below the other.

use super::shades::Fill;
use super::text::{Escaped, Room, clean};
use super::world::{Outline, World};
use super::{Country, Shade, Sheet};
use core::fmt::Write;
use std::collections::{BTreeMap, BTreeSet};

/// The page in its own units, of which a pixel has two.
const WIDTH: u32 = 3000;
const MARGIN: u32 = 60;
const INNER: u32 = WIDTH - 2 * MARGIN;
const MOST_EXCEPTIONS: usize = 24;

const INK: &str = "#1a2130";
const SOFT: &str = "#566073";

/// Draws the sheet. The same sheet gives the same bytes.
#[must_use]
pub fn draw(sheet: &Sheet<'_>) -> String {
    let world = World::built_in();
    let countries = Countries::new(&world, sheet);

    let mut body = Body { svg: String::new(), y: MARGIN };
    body.paragraph(sheet.title, &Style { size: 60, lines: 2, ink: INK, bold: true });
    body.paragraph(sheet.subtitle, &Style { size: 36, lines: 2, ink: SOFT, bold: false });
    body.y += 40;
    body.map(&world, &countries);
    body.y += 50;
    body.legend(&countries);
    body.notes(&countries, &sheet.unknown_country);
    body.exceptions(&sheet.exceptions);
    body.y += 40;
    body.paragraph(sheet.footnote, &Style { size: 26, lines: 2, ink: SOFT, bold: false });
    let height = (body.y + MARGIN).next_multiple_of(2);

    let mut fills: BTreeSet<Fill> = countries.fills.keys().copied().collect();
    fills.extend(Shade::ALL.map(|shade| Fill::new(shade, None)));
    let definitions: String = fills.into_iter().map(Fill::definition).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-labelledby=\"playgate-title playgate-desc\" \
         font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif\">\n\
         <title id=\"playgate-title\">{}</title>\n<desc id=\"playgate-desc\">{}</desc>\n\
         <style>.country:hover {{ stroke: #111827; stroke-width: 3 }}</style>\n\
         <defs>\n{definitions}</defs>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
        WIDTH / 2,
        height / 2,
        Escaped(&clean(sheet.title)),
        Escaped(&countries.description(&clean(sheet.subtitle))),
        body.svg,
    )
}

/// The sheet's countries beside their outlines.
struct Countries<'a> {
    /// By what they are filled with, and then in the order of their codes.
    fills: BTreeMap<Fill, Vec<(&'a Outline, String)>>,
}

impl<'a> Countries<'a> {
    fn new(world: &'a World, sheet: &Sheet<'_>) -> Self {
        let mut said: BTreeMap<&str, &Country<'_>> = BTreeMap::new();
        for country in &sheet.countries {
            said.entry(country.code).or_insert(country);
        }
        let mut fills: BTreeMap<Fill, Vec<(&Outline, String)>> = BTreeMap::new();
        for outline in &world.outlines {
            let (fill, says) = match said.get(outline.code) {
                Some(country) => (Fill::new(country.shade, country.mixed), clean(&country.says)),
                None => (Fill::new(Shade::Never, None), String::new()),
            };
            let says = if says.is_empty() { fill.shade.name().to_lowercase() } else { says };
            let tooltip = format!("{} ({}): {says}", outline.name, outline.code);
            fills.entry(fill).or_default().push((outline, tooltip));
        }
        Self { fills }
    }

    fn count(&self, shade: Shade) -> usize {
        self.fills.iter().filter(|(fill, _)| fill.shade == shade).map(|(_, countries)| countries.len()).sum()
    }

    fn mixed(&self) -> Option<(Fill, usize)> {
        let mixed = || self.fills.iter().filter(|(fill, _)| fill.mixed.is_some());
        let (first, _) = mixed().next()?;
        Some((*first, mixed().map(|(_, countries)| countries.len()).sum()))
    }

    fn legend(&self) -> Vec<(Shade, usize)> {
        let is_part = |shade| self.fills.keys().any(|fill| fill.mixed == Some(shade));
        let counted = Shade::ALL.into_iter().map(|shade| (shade, self.count(shade)));
        counted
            .filter(|(shade, count)| *count > 0 || is_part(*shade) || shade.is_always_in_legend())
            .collect()
    }

    fn description(&self, subtitle: &str) -> String {
        let counts: Vec<String> = self
            .legend()
            .into_iter()
            .map(|(shade, count)| format!("{}: {}", shade.name(), counted(count)))
            .collect();
        format!("{subtitle}{}World map. {}.", if subtitle.is_empty() { "" } else { ". " }, counts.join(", "))
    }
}

fn counted(count: usize) -> String {
    if count == 1 { "1 country".to_owned() } else { format!("{count} countries") }
}

struct Style {
    size: u32,
    lines: usize,
    ink: &'static str,
    bold: bool,
}

/// What is drawn so far, and how far down it reaches.
struct Body {
    svg: String,
    y: u32,
}

// Writing to a `String` cannot fail, hence the results that nobody looks at.
impl Body {
    /// Lines over the whole width.
    fn paragraph(&mut self, text: &str, style: &Style) {
        let width = if style.bold { INNER * 85 / 100 } else { INNER };
        let room = Room { width, size: style.size, lines: style.lines };
        for line in room.lines_of(text) {
            self.y += style.size;
            self.text(MARGIN, self.y, &line, style);
            self.y += style.size / 3;
        }
    }

    fn text(&mut self, x: u32, y: u32, text: &str, style: &Style) {
        let weight = if style.bold { r#" font-weight="600""# } else { "" };
        let Style { size, ink, .. } = style;
        let text = Escaped(text);
        let _ = writeln!(
            self.svg,
            r#"<text x="{x}" y="{y}" font-size="{size}" fill="{ink}"{weight}>{text}</text>"#
        );
    }

    fn swatch(&mut self, x: u32, y: u32, fill: Fill) {
        let _ = writeln!(
            self.svg,
            r##"<rect x="{x}" y="{y}" width="72" height="48" rx="6" fill="{fill}" stroke="#8b94a3" stroke-width="1.5"/>"##
        );
    }

    fn map(&mut self, world: &World, countries: &Countries<'_>) {
        let left = WIDTH.saturating_sub(world.width) / 2;
        let _ = writeln!(
            self.svg,
            "<g transform=\"translate({left} {})\" stroke-linejoin=\"round\">\n\
             <path d=\"{}\" fill=\"#eef4f9\"/>\n\
             <path d=\"{}\" fill=\"none\" stroke=\"#dbe5ee\" stroke-width=\"1.5\"/>\n\
             <path d=\"{}\" fill=\"#b4bbc6\"><title>no ISO code</title></path>",
            self.y, world.sea, world.grid, world.no_code
        );
        // With the stroke below the fill, small islands do not vanish under their own border.
        self.svg.push_str("<g stroke=\"#ffffff\" stroke-width=\"2\" paint-order=\"stroke\">\n");
        self.layer(countries, |outline| match outline.path {
            "" => None,
            path => Some(format!(r#"path class="country" d="{path}""#)),
        });
        // Dots come last, and with a darker edge: they are for what would otherwise not be seen.
        self.svg.push_str("</g>\n<g stroke=\"#5f6b7c\" stroke-width=\"1.2\">\n");
        self.layer(countries, |outline| {
            let (x, y) = outline.dot?;
            Some(format!(r#"circle class="country" cx="{x}" cy="{y}" r="{}""#, world.radius))
        });
        let _ = writeln!(
            self.svg,
            "</g>\n<path d=\"{}\" fill=\"none\" stroke=\"#b9c6d3\" stroke-width=\"2\"/>\n</g>",
            world.sea
        );
        self.y += world.height;
    }

    fn layer(&mut self, countries: &Countries<'_>, element: impl Fn(&Outline) -> Option<String>) {
        for (fill, members) in &countries.fills {
            let _ = writeln!(self.svg, r#"<g fill="{fill}">"#);
            for (outline, tooltip) in members {
                if let Some(start) = element(outline) {
                    let name = start.split(' ').next().unwrap_or_default();
                    let tooltip = Escaped(tooltip);
                    let _ = writeln!(self.svg, "<{start}><title>{tooltip}</title></{name}>");
                }
            }
            self.svg.push_str("</g>\n");
        }
    }

    /// The shades side by side.
    fn legend(&mut self, countries: &Countries<'_>) {
        let shades = countries.legend();
        let step = INNER / u32::try_from(shades.len()).unwrap_or(INNER).max(1);
        let mut x = MARGIN;
        for (shade, count) in shades {
            self.swatch(x, self.y + 6, Fill::new(shade, None));
            let name = Style { size: 30, lines: 1, ink: INK, bold: true };
            self.text(x + 92, self.y + 24, shade.name(), &name);
            let number = Style { size: 28, lines: 1, ink: SOFT, bold: false };
            self.text(x + 92, self.y + 60, &counted(count), &number);
            x += step;
        }
        self.y += 78;
    }

    /// Lines of the legend that are sentences.
    fn notes(&mut self, countries: &Countries<'_>, unknown_country: &(Shade, String)) {
        if let Some((fill, count)) = countries.mixed() {
            let parts = format!("Striped in two shades: a part of the country differs ({})", counted(count));
            self.note(fill, &parts);
        }
        let (shade, says) = unknown_country;
        let says = clean(says);
        let says = if says.is_empty() { shade.name().to_lowercase() } else { says };
        self.note(Fill::new(*shade, None), &format!("Viewers whose country is not known: {says}"));
    }

    fn note(&mut self, fill: Fill, text: &str) {
        let style = Style { size: 30, lines: 2, ink: INK, bold: false };
        self.y += 18;
        self.swatch(MARGIN, self.y, fill);
        let lines = Room { width: INNER - 92, size: style.size, lines: style.lines }.lines_of(text);
        let mut y = self.y + 34;
        for line in &lines {
            self.text(MARGIN + 92, y, line, &style);
            y += 40;
        }
        self.y = (self.y + 48).max(y.saturating_sub(28));
    }

    /// Two columns, or one if there are few.
    fn exceptions(&mut self, exceptions: &[String]) {
        let exceptions: Vec<String> =
            exceptions.iter().map(|text| clean(text)).filter(|text| !text.is_empty()).collect();
        if exceptions.is_empty() {
            return;
        }
        self.y += 70;
        self.text(MARGIN, self.y, "Exceptions", &Style { size: 32, lines: 1, ink: INK, bold: true });
        self.y += 12;

        let columns = if exceptions.len() > 4 { 2 } else { 1 };
        let width = (INNER - (columns - 1) * MARGIN) / columns;
        let style = Style { size: 28, lines: 2, ink: INK, bold: false };
        let room = Room { width, size: style.size, lines: style.lines };
        let mut entries: Vec<Vec<String>> =
            exceptions.iter().take(MOST_EXCEPTIONS).map(|exception| room.lines_of(exception)).collect();
        let others = exceptions.len().saturating_sub(MOST_EXCEPTIONS);
        if others > 0 {
            entries.push(vec![format!("and {others} more")]);
        }

        let total: usize = entries.iter().map(Vec::len).sum();
        let (top, mut bottom) = (self.y, self.y);
        let (mut x, mut y, mut written) = (MARGIN, top, 0);
        for entry in entries {
            if columns == 2 && x == MARGIN && written * 2 >= total {
                (x, y) = (MARGIN + width + MARGIN, top);
            }
            for line in &entry {
                y += 38;
                self.text(x, y, line, &style);
            }
            y += 6;
            written += entry.len();
            bottom = bottom.max(y);
        }
        self.y = bottom;
    }
}
