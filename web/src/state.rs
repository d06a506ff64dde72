//! What the page knows, and how it changes. Pure, so that it is tested without a browser; the texts themselves are the editor's.

use std::rc::Rc;

use crate::model::coming::{Coming, Notice};
use crate::model::compare::Before;
use crate::model::{Answer, Example, RulePage};

/// A document's number for as long as the page is open.
pub type DocumentId = u32;

/// What a document is called that has no name of its own.
pub const FIRST: &str = "document 1";

/// An open document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    /// Unique among the open ones: findings name documents by it.
    pub name: String,
    /// What it was opened with; from then on the editor has the text.
    pub initial: Rc<str>,
    /// The number of its file, where that is too large to be a text here; it cannot be changed then.
    pub file: Option<u32>,
    /// Whether nothing stands in it.
    pub empty: bool,
}

/// What the right side shows under the first glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    #[default]
    Findings,
    Who,
    Token,
    Why,
    Compare,
}

/// What stands in front of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    All,
    Share,
    Keys,
}

/// What the page knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    pub documents: Vec<Document>,
    pub shown: Option<DocumentId>,
    /// Counts changes of the texts; an answer belongs to one.
    pub revision: u32,
    pub answer: Option<Rc<Answer>>,
    /// Why there is no answer, where the engine failed.
    pub failure: Option<String>,
    /// The rule whose page is open.
    pub rule: Option<Rc<RulePage>>,
    pub view: View,
    /// What the documents are compared with.
    pub before: Option<Before>,
    pub examples: Rc<Vec<Example>>,
    /// What there is to say about documents that came.
    pub notice: Option<Notice>,
    /// Whether the documents are kept in this browser.
    pub kept: bool,
    pub dialog: Option<Dialog>,
    next: DocumentId,
}

/// What happens.
#[derive(Debug)]
pub enum Action {
    /// A document was opened; it is shown. One with a text takes the place of empty ones.
    Opened {
        name: String,
        text: Rc<str>,
    },
    /// The same of a file too large to be a text here.
    OpenedLarge {
        name: String,
        file: u32,
    },
    /// A whole set of documents, names and texts, takes the place of the old.
    Replaced(Vec<(String, Rc<str>)>),
    Closed(DocumentId),
    Shown(DocumentId),
    Edited {
        id: DocumentId,
        empty: bool,
    },
    Answered {
        revision: u32,
        answer: Rc<Answer>,
    },
    Failed {
        revision: u32,
        reason: String,
    },
    Explained(Option<Rc<RulePage>>),
    Gallery(Vec<Example>),
    Viewed(View),
    /// From files, a link, storage.
    Came(Coming),
    Opens(Option<Dialog>),
    NoticeRead,
    Compared(Option<Before>),
}

impl View {
    pub const ALL: [Self; 5] = [Self::Findings, Self::Who, Self::Token, Self::Why, Self::Compare];

    pub fn title(self) -> &'static str {
        match self {
            Self::Findings => "Findings",
            Self::Who => "Who gets in",
            Self::Token => "Try a token",
            Self::Why => "Why AccessDenied",
            Self::Compare => "Compare",
        }
    }

    /// Its tab's element.
    pub fn id(self) -> &'static str {
        match self {
            Self::Findings => "view-findings",
            Self::Who => "view-who",
            Self::Token => "view-token",
            Self::Why => "view-why",
            Self::Compare => "view-compare",
        }
    }

    /// The view so many further on, around the end.
    pub fn beside(self, steps: usize) -> Self {
        let at = Self::ALL.iter().position(|view| *view == self).unwrap_or_default();
        Self::ALL.get((at + steps) % Self::ALL.len()).copied().unwrap_or_default()
    }
}

impl State {
    /// The state after an action.
    pub fn after(mut self, action: Action) -> Self {
        match action {
            Action::Opened { name, text } => {
                if !text.is_empty() {
                    self.make_room();
                }
                self.shown = Some(self.open(&name, text));
                self.revision += 1;
            }
            Action::OpenedLarge { name, file } => {
                self.make_room();
                let id = self.open(&name, "".into());
                if let Some(document) = self.documents.last_mut() {
                    (document.file, document.empty) = (Some(file), false);
                }
                self.shown = Some(id);
                self.revision += 1;
            }
            Action::Replaced(documents) => {
                self.notice = None;
                // What was filled in about the old ones goes with them.
                self.view = View::default();
                self.replace(documents);
            }
            Action::Closed(id) => self.close(id),
            Action::Shown(id) => self.shown = Some(id),
            Action::Edited { id, empty } => {
                if let Some(document) = self.documents.iter_mut().find(|document| document.id == id) {
                    document.empty = empty;
                }
                self.revision += 1;
            }
            Action::Answered { revision, answer } if revision == self.revision => {
                self.answer = Some(answer);
                self.failure = None;
            }
            Action::Failed { revision, reason } if revision == self.revision => self.failure = Some(reason),
            // An answer to older texts: the newest is on its way.
            Action::Answered { .. } | Action::Failed { .. } => {}
            Action::Explained(page) => self.rule = page,
            Action::Viewed(view) => self.view = view,
            Action::Compared(before) => self.before = before,
            Action::Gallery(examples) => self.examples = Rc::new(examples),
            Action::Came(coming) => self.receive(coming),
            Action::Opens(dialog) => self.dialog = dialog,
            Action::NoticeRead => self.notice = None,
        }
        self
    }

    /// Whether nothing stands in any document.
    pub fn is_empty(&self) -> bool {
        self.documents.iter().all(|document| document.empty)
    }

    /// The document of that name.
    pub fn named(&self, name: &str) -> Option<DocumentId> {
        self.documents.iter().find(|document| document.name == name).map(|document| document.id)
    }

    fn replace(&mut self, documents: Vec<(String, Rc<str>)>) {
        self.documents.clear();
        for (name, text) in documents {
            self.open(&name, text);
        }
        if self.documents.is_empty() {
            self.open(FIRST, "".into());
        }
        self.shown = self.documents.first().map(|document| document.id);
        self.answer = None;
        self.revision += 1;
    }

    fn receive(&mut self, coming: Coming) {
        self.kept = coming.kept.unwrap_or(self.kept);
        if coming.closed {
            self.dialog = None;
        }
        if let Some(text) = coming.notice {
            self.notice = (!text.is_empty()).then_some(Notice { text, back: coming.back });
        }
        if coming.replace {
            self.replace(coming.documents.into_iter().map(|(name, text)| (name, text.into())).collect());
        } else if !coming.documents.is_empty() {
            self.make_room();
            let ids: Vec<DocumentId> = coming.documents.into_iter().map(|(name, text)| self.open(&name, text.into())).collect();
            self.shown = ids.first().copied();
            self.revision += 1;
        }
    }

    /// Takes empty documents away. An answer about nothing but them says nothing of what comes.
    fn make_room(&mut self) {
        self.documents.retain(|document| !document.empty);
        if self.documents.is_empty() {
            self.answer = None;
        }
    }

    fn open(&mut self, name: &str, text: Rc<str>) -> DocumentId {
        let id = self.next;
        self.next += 1;
        let name = self.unique(name);
        self.documents.push(Document { id, name, empty: text.trim().is_empty(), initial: text, file: None });
        id
    }

    fn close(&mut self, id: DocumentId) {
        let at = self.documents.iter().position(|document| document.id == id);
        self.documents.retain(|document| document.id != id);
        if self.documents.is_empty() {
            self.open(FIRST, "".into());
        }
        if self.shown == Some(id) {
            let at = at.unwrap_or_default().min(self.documents.len().saturating_sub(1));
            self.shown = self.documents.get(at).map(|document| document.id);
        }
        self.revision += 1;
    }

    /// A name like the wanted one that no open document has.
    fn unique(&self, wanted: &str) -> String {
        if self.named(wanted).is_none() {
            return wanted.to_owned();
        }
        let (stem, ending) = wanted.rsplit_once('.').map_or((wanted, String::new()), |(stem, ending)| (stem, format!(".{ending}")));
        let free = (2..).map(|number| format!("{stem} {number}{ending}")).find(|name| self.named(name).is_none());
        free.unwrap_or_else(|| wanted.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Check, Glance, Inspect, LeftOut, Who};

    fn answer() -> Rc<Answer> {
        let seen = Vec::new;
        Rc::new(Answer {
            check: Check { diagnostics: Vec::new(), errors: Vec::new(), not_analysed: Vec::new(), notes: Vec::new() },
            who: Who { roles: Vec::new() },
            inspect: Inspect {
                roles: seen(),
                service_accounts: seen(),
                providers: seen(),
                clusters: seen(),
                workloads: seen(),
                pod_identity_associations: seen(),
                ci_jobs: seen(),
            },
            glance: Glance { roles: Vec::new(), service_accounts: Vec::new() },
            chain: Default::default(),
            recognised: Vec::new(),
            left_out: LeftOut::default(),
        })
    }

    fn names(state: &State) -> Vec<&str> {
        state.documents.iter().map(|document| document.name.as_str()).collect()
    }

    #[test]
    fn an_answer_to_an_older_text_is_dropped() {
        let state = State::default().after(Action::Opened { name: "a".into(), text: "{}".into() });
        let state = state.after(Action::Edited { id: 0, empty: false });
        let late = state.clone().after(Action::Answered { revision: 1, answer: answer() });
        assert_eq!(late.answer, None);
        assert!(state.after(Action::Answered { revision: 2, answer: answer() }).answer.is_some());
    }

    #[test]
    fn names_are_unique_and_one_document_is_always_open() {
        let open = |state: State, name: &str| state.after(Action::Opened { name: name.into(), text: "{}".into() });
        let state = open(open(open(State::default(), "role.json"), "role.json"), "role.json");
        assert_eq!(names(&state), ["role.json", "role 2.json", "role 3.json"]);
        let state = state.after(Action::Closed(2));
        assert_eq!(state.shown, Some(1));
        let state = state.after(Action::Closed(0)).after(Action::Closed(1));
        assert_eq!(names(&state), ["document 1"]);
        assert!(state.is_empty());
        assert_eq!(state.shown, Some(3));
    }

    #[test]
    fn a_large_file_is_a_document_without_a_text() {
        let state = State::default().after(Action::Opened { name: FIRST.into(), text: "".into() });
        let state = state.after(Action::OpenedLarge { name: "plan.json".into(), file: 1 });
        assert_eq!((names(&state), state.shown, state.is_empty()), (vec!["plan.json"], Some(1), false));
        assert_eq!(state.documents.first().and_then(|document| document.file), Some(1));
    }

    #[test]
    fn an_answer_about_empty_documents_goes_with_them() {
        let state = State::default().after(Action::Opened { name: FIRST.into(), text: "".into() });
        let state = state.after(Action::Answered { revision: 1, answer: answer() });
        let beside = state.clone().after(Action::Opened { name: "b".into(), text: "".into() });
        assert!(beside.answer.is_some());
        assert_eq!(state.clone().after(Action::OpenedLarge { name: "plan.json".into(), file: 1 }).answer, None);
        assert_eq!(state.after(Action::Opened { name: "role.json".into(), text: "{}".into() }).answer, None);
    }

    #[test]
    fn replacing_shows_the_first() {
        let state = State::default().after(Action::Opened { name: FIRST.into(), text: "".into() });
        let state = state.after(Action::Replaced(vec![("a".into(), "{}".into()), ("b".into(), "{}".into())]));
        assert_eq!((names(&state), state.shown), (vec!["a", "b"], Some(1)));
        assert_eq!(state.after(Action::Viewed(View::Why)).after(Action::Replaced(Vec::new())).view, View::Findings);
    }

    fn coming(names: &[&str]) -> Coming {
        Coming { documents: names.iter().map(|name| ((*name).to_owned(), "{}".into())).collect(), ..Coming::default() }
    }

    #[test]
    fn what_comes_joins_the_others_and_its_first_is_shown() {
        let state = State::default().after(Action::Opened { name: FIRST.into(), text: "".into() });
        let state = state.after(Action::Came(coming(&["a.json", "b.json"]))).after(Action::Came(coming(&["a.json"])));
        assert_eq!((names(&state), state.shown, state.revision), (vec!["a.json", "b.json", "a 2.json"], Some(3), 3));
        let state = state.after(Action::Came(Coming { replace: true, ..coming(&["c"]) }));
        assert_eq!((names(&state), state.shown), (vec!["c"], Some(4)));
        let state = state.after(Action::Came(Coming { replace: true, ..Coming::default() }));
        assert_eq!(names(&state), [FIRST]);
    }

    #[test]
    fn what_is_said_of_documents_goes_with_them() {
        let said = |text: &str| Action::Came(Coming { notice: Some(text.into()), back: true, ..Coming::default() });
        let state = State::default().after(said("from a link"));
        assert_eq!(state.notice.as_ref().map(|notice| (notice.text.as_str(), notice.back)), Some(("from a link", true)));
        let state = state.after(Action::Came(Coming { kept: Some(true), closed: true, ..Coming::default() }));
        assert!(state.kept && state.notice.is_some());
        assert_eq!(state.clone().after(said("")).notice, None);
        assert_eq!(state.after(Action::Replaced(Vec::new())).notice, None);
    }

    #[test]
    fn a_text_takes_the_place_of_an_empty_document() {
        let state = State::default().after(Action::Opened { name: FIRST.into(), text: "".into() });
        let state = state.after(Action::Opened { name: "plan.json".into(), text: "{}".into() });
        assert_eq!((names(&state), state.shown), (vec!["plan.json"], Some(1)));
        let state = state.after(Action::Opened { name: "document 2".into(), text: "".into() });
        assert_eq!(names(&state), ["plan.json", "document 2"]);
    }
}
