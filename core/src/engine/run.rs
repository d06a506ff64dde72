//! Stand-in for the engine, so that faces compile; the engine itself replaces this file.

use smol_str::SmolStr;

use super::Schedule;
use super::answer::{Chain, CheckAnswer, Decision, RoleRef, WhoAnswer};
use crate::admission::{Claim, Token};
use crate::document::model::{Broken, NotAnalysed};
use crate::estate::Estate;
use crate::provider::Catalogue;
use crate::rule::Rule;
use crate::source::{SourceFile, Sources};

/// What a run is told beside its documents.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The account of documents that name none.
    pub account: Option<SmolStr>,
    /// The issuer of the cluster that Kubernetes objects belong to, without `https://`.
    pub cluster_issuer: Option<SmolStr>,
    /// Trust policy files and the ARN of the role that each belongs to.
    pub role_of: Vec<(String, SmolStr)>,
    /// What pasted documents are.
    pub kind: Option<String>,
    /// The only rules to ask; empty: all.
    pub select: Vec<String>,
    /// Rules not to ask.
    pub ignore: Vec<String>,
}

/// One file of a run.
#[derive(Clone, Debug)]
pub struct Input {
    /// The file.
    pub file: SourceFile,
    /// Whether the user named it (else it was found by walking).
    pub named: bool,
    /// Whether it was pasted (stdin, `--stdin-filename`, `--kind`), so that it is ours even if it is broken.
    pub pasted: bool,
}

/// Everything needed to answer.
pub struct Engine<'a> {
    /// The rules.
    pub rules: &'a [&'static dyn Rule],
    /// What is known of issuers.
    pub catalogue: &'a Catalogue,
    /// What the run is told.
    pub settings: &'a Settings,
    /// How independent work is done.
    pub schedule: &'a dyn Schedule,
}

/// The documents of a run, read and linked.
#[derive(Debug, Default)]
pub struct Case {
    /// The files.
    pub sources: Sources,
    /// Their documents.
    pub estate: Estate,
    /// Whether anything in each file is ours.
    pub recognised: Vec<bool>,
}

impl Case {
    /// What is broken in the documents.
    #[must_use]
    pub fn errors(&self) -> &[Broken] {
        &self.estate.documents.errors
    }

    /// What could not be analysed in the documents.
    #[must_use]
    pub fn not_analysed(&self) -> &[NotAnalysed] {
        &self.estate.documents.not_analysed
    }
}

/// The caller that `can-assume` asks about.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The issuer without `https://`.
    pub issuer: SmolStr,
    /// The claims in the token.
    pub claims: Vec<(SmolStr, Claim)>,
}

/// What `why` asks about.
#[derive(Clone, Debug, Default)]
pub struct WhyQuestion {
    /// Namespace and name.
    pub service_account: Option<(SmolStr, SmolStr)>,
    /// Name or ARN of the role.
    pub role: Option<String>,
    /// The error text that was seen.
    pub error: Option<String>,
    /// The pod's token.
    pub token: Option<Token>,
}

/// Why a question cannot be answered as it was put.
#[derive(Clone, Debug)]
pub enum Question {
    /// Say which of these roles.
    Roles(Vec<RoleRef>),
    /// No such role, in words.
    NoRole(String),
}

impl Engine<'_> {
    /// Reads and links documents.
    #[must_use]
    pub fn load(&self, inputs: Vec<Input>) -> Case {
        let recognised = inputs.iter().map(|input| input.file.text.contains("Statement")).collect();
        Case { sources: inputs.into_iter().map(|input| input.file).collect(), estate: Estate::default(), recognised }
    }

    /// Runs the rules.
    #[must_use]
    pub fn check(&self, _case: &Case) -> CheckAnswer {
        CheckAnswer::default()
    }

    /// Says who can assume each role.
    #[must_use]
    pub fn who(&self, _case: &Case, _role: Option<&str>) -> WhoAnswer {
        WhoAnswer::default()
    }

    /// Tries one token.
    ///
    /// # Errors
    /// [`Question`].
    pub fn can_assume(&self, _case: &Case, _role: Option<&str>, _caller: &Caller) -> Result<Vec<Decision>, Question> {
        Err(Question::NoRole("no role with a trust policy was found".to_owned()))
    }

    /// Walks from the pod to the role.
    ///
    /// # Errors
    /// [`Question`].
    pub fn why(&self, _case: &Case, _question: &WhyQuestion) -> Result<Chain, Question> {
        Ok(Chain::default())
    }
}
