//! The examples in a rule's documentation: fenced, marked `fail` or `pass`, and run as tests.

/// An example: a run of one or more files, and what the rule must make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Whether the rule must find something (else it must not).
    pub fails: bool,
    /// The pointer that the finding must carry (`at=…`).
    pub at: Option<String>,
    /// Other rules that may find something, too (`also=…`).
    pub also: Vec<String>,
    /// Name and text of each file. In a fence of several, a line `# file: NAME` begins each.
    pub files: Vec<(String, String)>,
}

impl Example {
    /// All examples of a rule's documentation, in order.
    #[must_use]
    pub fn all_in(doc: &str) -> Vec<Self> {
        let mut found = Vec::new();
        let mut lines = doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        while let Some(line) = lines.next() {
            let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
            let body: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            found.extend(Self::read(info, &body));
        }
        found
    }

    fn read(info: &str, body: &[&str]) -> Option<Self> {
        let mut words = info.split_whitespace();
        let language = words.next()?;
        let fails = match words.next()? {
            "fail" => true,
            "pass" => false,
            _ => return None,
        };
        let words: Vec<&str> = words.collect();
        let option = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        let also = option("also").map(|list| list.split(',').map(str::to_owned).collect()).unwrap_or_default();
        Some(Self { fails, at: option("at").map(str::to_owned), also, files: files(language, body) })
    }
}

fn files(language: &str, body: &[&str]) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in body {
        if let Some(name) = line.strip_prefix("# file: ") {
            files.push((name.trim().to_owned(), String::new()));
            continue;
        }
        if files.is_empty() {
            files.push((format!("example.{language}"), String::new()));
        }
        if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fences() {
        let doc = " Finds it.\n\n ```json fail at=/a also=x,y\n {}\n ```\n\n ```yaml pass\n # file: a.yaml\n a: 1\n # file: b.json\n {}\n ```\n ```sh\n ls\n ```\n";
        let found = Example::all_in(doc);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].files, [("example.json".to_owned(), "{}\n".to_owned())]);
        assert_eq!((found[0].at.as_deref(), found[0].also.len(), found[0].fails), (Some("/a"), 2, true));
        assert_eq!(found[1].files[1], ("b.json".to_owned(), "{}\n".to_owned()));
    }
}
