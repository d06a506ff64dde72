//! A rule's documentation taken apart: each heading with its text, the examples aside. What is published, explained and tested comes from here.

use super::Example;

/// The headings that every rule's documentation has, in this order.
pub const HEADINGS: [&str; 4] = ["Why is this bad?", "Severity", "How to fix it", "References"];

/// A rule's documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// What the rule finds, in one sentence.
    pub summary: String,
    /// Heading and text, in order. In a text a line is a paragraph or an item of a list.
    pub sections: Vec<(String, Vec<String>)>,
    /// What it finds and what it leaves alone.
    pub examples: Vec<Example>,
}

impl Page {
    /// Takes a documentation in Markdown apart.
    #[must_use]
    pub fn of(doc: &str) -> Self {
        let mut page = Self { examples: Example::all_in(doc), ..Self::default() };
        let (mut fenced, mut begun) = (false, false);
        for line in doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()) {
            if line.starts_with("```") {
                (fenced, begun) = (!fenced, false);
            }
            if fenced || line.starts_with("```") {
                continue;
            }
            if let Some(heading) = line.strip_prefix("## ") {
                page.sections.push((heading.to_owned(), Vec::new()));
                begun = false;
            } else if line.is_empty() {
                begun = false;
            } else {
                page.add(line, begun);
                begun = true;
            }
        }
        page
    }

    /// A line of text; `begun`: whether its paragraph has begun already.
    fn add(&mut self, line: &str, begun: bool) {
        let Some((_, paragraphs)) = self.sections.last_mut() else {
            if !self.summary.is_empty() {
                self.summary.push(' ');
            }
            self.summary.push_str(line);
            return;
        };
        match paragraphs.last_mut().filter(|_| begun && !line.starts_with("- ")) {
            Some(paragraph) => {
                paragraph.push(' ');
                paragraph.push_str(line.trim_start());
            }
            None => paragraphs.push(line.to_owned()),
        }
    }

    /// The text under a heading, its paragraphs joined; empty where there is none.
    #[must_use]
    pub fn section(&self, heading: &str) -> String {
        let found = self.sections.iter().find(|(known, _)| known == heading);
        found.map(|(_, paragraphs)| paragraphs.join(" ")).unwrap_or_default()
    }

    /// The pages of AWS, Kubernetes and others that the facts come from.
    #[must_use]
    pub fn references(&self) -> Vec<&str> {
        let found = self.sections.iter().find(|(known, _)| known == "References");
        found.map(|(_, items)| items.iter().filter_map(|item| item.strip_prefix("- ")).collect()).unwrap_or_default()
    }

    /// What is missing of a complete page, in words.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if !(self.summary.ends_with('.') && self.summary.starts_with(|c: char| c.is_uppercase() || c == '`')) {
            missing.push("a first line that is a sentence".to_owned());
        }
        let own: Vec<&str> = self.sections.iter().map(|(heading, _)| heading.as_str()).filter(|h| HEADINGS.contains(h)).collect();
        for heading in HEADINGS {
            if !own.contains(&heading) {
                missing.push(format!("`## {heading}`"));
            } else if heading != "References" && !self.section(heading).trim_end().ends_with(['.', '`', ':']) {
                missing.push(format!("a sentence under `## {heading}`"));
            }
        }
        if own.iter().filter_map(|h| HEADINGS.iter().position(|known| known == h)).is_sorted() {
            let references = self.references();
            // A page has its name in quotation marks; a repository's README and an API's operation have none.
            let named = |reference: &&str| reference.contains('"') || reference.contains("README") || reference.contains("Reference,");
            if references.is_empty() || !references.iter().all(named) {
                missing.push("references by the name of the page, such as `- IAM User Guide, \"Roles\"`".to_owned());
            }
        } else {
            missing.push(format!("the order {HEADINGS:?}"));
        }
        for (fails, word) in [(true, "fail"), (false, "pass")] {
            if !self.examples.iter().any(|example| example.fails == fails) {
                missing.push(format!("an example marked `{word}`"));
            }
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOC: &str = " Finds\n it.\n\n ## Why is this bad?\n\n Because\n of it. And\n\n so on.\n\n ## Severity\n\n An error: it fails.\n\n ## How to fix it\n\n Do it.\n\n ## References\n\n - IAM User Guide, \"Roles\"\n - x, README\n\n ```json fail\n {\"## no\": \"heading\"}\n ```\n\n ```json pass\n {}\n ```\n";

    #[test]
    fn takes_a_page_apart() {
        let page = Page::of(DOC);
        assert_eq!(page.summary, "Finds it.");
        assert_eq!(page.sections.len(), 4);
        assert_eq!(page.sections[0].1, ["Because of it. And", "so on."]);
        assert_eq!(page.section("Severity"), "An error: it fails.");
        assert_eq!(page.references(), ["IAM User Guide, \"Roles\"", "x, README"]);
        assert_eq!((page.examples.len(), page.missing().len()), (2, 0), "{:?}", page.missing());
    }

    #[test]
    fn says_what_is_missing() {
        for (from, to, wanted) in [
            ("it.\n\n ## Why", "it\n\n ## Why", "first line"),
            ("## Severity", "## Grade", "`## Severity`"),
            (" An error: it fails.\n", "", "a sentence under `## Severity`"),
            (" - IAM User Guide, \"Roles\"\n", " - the guide\n", "by the name of the page"),
            (" - IAM User Guide, \"Roles\"\n - x, README\n", "", "by the name of the page"),
            ("json pass", "json", "marked `pass`"),
            ("json fail", "json", "marked `fail`"),
        ] {
            assert!(DOC.contains(from), "{from}");
            let missing = Page::of(&DOC.replace(from, to)).missing();
            assert!(missing.len() == 1 && missing[0].contains(wanted), "{wanted}: {missing:?}");
        }
        let swapped = DOC.replace("Severity", "X").replace("How to fix it", "Severity").replace("## X", "## How to fix it");
        assert!(Page::of(&swapped).missing()[0].starts_with("the order"));
    }
}
