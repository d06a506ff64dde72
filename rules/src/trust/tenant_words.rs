//! How messages speak of tenants, their projects, and those whom nobody named. All that is known of an issuer comes from its entry in the catalogue.

use irsa_lint_core::admission::{key, words};
use irsa_lint_core::policy::Condition;
use irsa_lint_core::provider::{ChosenBy, Part, Provider};

use crate::trust::tenants::{ANYTHING, STRANGER, WideTenant};
use crate::trust::wide::{asked_words, claim_conditions, subject_condition, subject_words};

/// What a part of a subject is called in a sentence: `repo_id` is a repository.
#[must_use]
pub fn noun(part: &str) -> String {
    let endings = ["_uuid", "_uid", "_id", "-id", "_slug", "_name", "_arn"];
    let stem = endings.iter().find_map(|ending| part.strip_suffix(ending)).unwrap_or(part);
    match stem {
        "repo" => "repository".to_owned(),
        "more" => "workload".to_owned(),
        "unique" => "account".to_owned(),
        "object" | "ocid" => "identity".to_owned(),
        "uid" => "user".to_owned(),
        "user_id_or_client" => "user or application".to_owned(),
        stem => stem.replace(['_', '-'], " "),
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}

impl WideTenant<'_> {
    /// How a message names the issuer.
    #[must_use]
    pub fn issuer_name(&self) -> String {
        let issuer = self.issuer.issuer.as_deref().unwrap_or("any issuer");
        self.issuer.provider.map_or_else(|| format!("`{issuer}`"), |provider| provider.name.to_string())
    }

    /// The condition that should be there, with a subject as it should look.
    #[must_use]
    pub fn good(&self) -> String {
        let key = format!("{}:sub", self.issuer.issuer.as_deref().unwrap_or("ISSUER"));
        let good = self.issuer.provider.map_or_else(|| "SUBJECT".to_owned(), |provider| self.filled(provider));
        format!("`\"{key}\": \"{good}\"`")
    }

    /// The provider's example of a good subject, with the parts that the policy names already.
    fn filled(&self, provider: &Provider) -> String {
        let Some((form, example)) = provider.subject_form(&provider.good) else { return provider.good.to_string() };
        let of_tenant = |part: &str| form.tenant.iter().any(|known| known == part) && !self.is_open(part);
        let named = |part: &str| {
            let value = self.shown(part).filter(|value| of_tenant(part) && !value.contains(ANYTHING) && !value.contains(STRANGER));
            value.or_else(|| example.get(part)).unwrap_or_default()
        };
        let parts = form.template.parts().map(|part| match part {
            Part::Literal(text) => text,
            Part::Named(slot) => named(&slot.name),
        });
        parts.collect()
    }

    fn tenant_part(&self) -> Option<&str> {
        self.form.and_then(|form| form.tenant.first()).map(AsRef::as_ref)
    }

    fn project_part(&self) -> Option<&str> {
        let form = self.form?;
        form.tenant.get(1).or_else(|| form.projects.last()).or_else(|| form.tenant.first()).map(AsRef::as_ref)
    }

    /// What a part is in the subject that is shown.
    fn shown(&self, part: &str) -> Option<&str> {
        self.form?.template.matches(&self.subject)?.get(part)
    }

    fn is_open(&self, part: &str) -> bool {
        self.open.iter().any(|known| known == part)
    }

    /// What a tenant has many of: `repository`, `project`, `workspace`.
    #[must_use]
    pub fn project(&self) -> String {
        self.project_part().map_or_else(|| "identity".to_owned(), noun)
    }

    /// Those that nobody named: `any repository of any owner`, ``repository `x` of an owner such as `octo-org-anybody` ``.
    #[must_use]
    pub fn strangers(&self) -> String {
        let tenant = self.tenant_part().map_or_else(|| "customer".to_owned(), noun);
        let shown = self.tenant_part().and_then(|part| self.shown(part));
        let such_as = |value: &str| format!("{} {tenant} such as `{value}`", article(&tenant));
        let whose = match shown.map(|value| value.split('/').next().unwrap_or(value)) {
            Some(value) if value != STRANGER && self.asks_for_subject() && !self.piece.subjects().is_all() => such_as(value),
            _ => format!("any {tenant}"),
        };
        let project = self.project();
        if project == tenant {
            return whose;
        }
        match self.project_part().filter(|part| !self.is_open(part)).and_then(|part| self.shown(part)) {
            Some(value) => format!("{project} `{value}` of {whose}"),
            None => format!("any {project} of {whose}"),
        }
    }

    /// The projects of one tenant that get in: ``any repository of owner `octo-org` ``.
    #[must_use]
    pub fn projects_of_tenant(&self) -> String {
        let open = self.part_noun();
        let shown = self.part.as_deref().and_then(|part| self.shown(part)).filter(|value| *value != ANYTHING && value.contains(ANYTHING));
        let which = shown.map_or_else(|| format!("any {open}"), |value| format!("any {open} with a name like `{value}`"));
        let fixed = self.form.iter().flat_map(|form| form.tenant.iter()).map(AsRef::as_ref).find(|part: &&str| !self.is_open(part));
        match fixed.and_then(|part| self.shown(part).map(|value| (noun(part), value))) {
            Some((whose, value)) if self.asks_for_subject() && whose != open => format!("{which} of {whose} `{value}`"),
            _ if self.issuer.provider.is_some_and(|provider| provider.shared) => {
                format!("{which} of that {}", self.tenant_part().map_or_else(|| "customer".to_owned(), noun))
            }
            _ => which,
        }
    }

    /// `owner and repository`.
    #[must_use]
    pub fn tenant_and_project(&self) -> String {
        let tenant = self.tenant_part().map_or_else(|| "tenant".to_owned(), noun);
        let project = self.project();
        if project == tenant { tenant } else { format!("{tenant} and {project}") }
    }

    /// What the open part is called.
    #[must_use]
    pub fn part_noun(&self) -> String {
        self.part.as_deref().map_or_else(|| "identity".to_owned(), noun)
    }

    /// What is open, in every form of the subject: `branch, tag or environment`.
    #[must_use]
    pub fn parts_alike(&self) -> String {
        let mut nouns: Vec<String> = Vec::new();
        for part in self.alike.iter().map(|part| noun(part)) {
            if !nouns.contains(&part) {
                nouns.push(part);
            }
        }
        match nouns.as_slice() {
            [] => self.part_noun(),
            [one] => one.clone(),
            [head @ .., last] => format!("{} or {last}", head.join(", ")),
        }
    }

    /// Whether some condition asks for the subject.
    #[must_use]
    pub fn asks_for_subject(&self) -> bool {
        subject_condition(self.statement, self.issuer).is_some()
    }

    /// Why they get in: what the condition on the subject asks for; where there is none, what is asked for in its place and does not help.
    #[must_use]
    pub fn why(&self) -> String {
        if let Some(key) = self.issuer.provider.and_then(|provider| provider.tenant_in.as_deref()) {
            let whole =
                if key.contains(':') { key.to_owned() } else { format!("{}:{key}", self.issuer.issuer.as_deref().unwrap_or_default()) };
            return self.tenant_condition().map_or_else(|| format!("no condition checks `{whole}`"), |asked| asked_words(asked, key));
        }
        let said = subject_words(self.statement, self.issuer);
        if self.asks_for_subject() {
            return said;
        }
        let claims = self.claims_asked();
        let tenant = self.part.as_deref().or(self.tenant_part()).map_or_else(|| "customer".to_owned(), noun);
        if !claims.is_empty() {
            let verb = if claims.len() == 1 { "names" } else { "name" };
            let claims = words::listed(claims, 3).replace(" or ", " and ");
            return format!("{said}, and {claims} {verb} no {tenant}");
        }
        let shared = self.issuer.provider.is_some_and(|provider| provider.shared && provider.audience.chosen_by == ChosenBy::Workload);
        match claim_conditions(self.statement, self.issuer, key::AUD).next().filter(|_| shared) {
            Some(asked) => {
                let audiences = words::listed(asked.values.iter().map(|value| value.text.as_str()), 3);
                format!("{said}, and any workload there can request the audience {audiences}")
            }
            None => said,
        }
    }

    /// The condition on the key that names the tenant, where the subject does not.
    #[must_use]
    pub fn tenant_condition(&self) -> Option<&Condition> {
        let key = self.issuer.provider?.tenant_in.as_deref()?;
        let issuer = self.issuer.issuer.as_deref()?;
        self.statement.effective_conditions().find(|condition| {
            let text = &condition.key.text;
            text.eq_ignore_ascii_case(key) || key::claim_of(text, issuer).is_some_and(|claim| claim.eq_ignore_ascii_case(key))
        })
    }

    /// The claims that the statement asks for beside subject and audience.
    fn claims_asked(&self) -> Vec<&str> {
        let issuer = self.issuer.issuer.as_deref();
        let claim = |condition: &&Condition| issuer.is_some_and(|issuer| key::claim_of(&condition.key.text, issuer).is_some());
        let keys = self.statement.effective_conditions().filter(claim).filter_map(|condition| key::claim_of(&condition.key.text, issuer?));
        let known = keys.filter(|claim| self.issuer.provider.is_some_and(|provider| provider.claim(claim).is_some()));
        known.filter(|claim| ![key::SUB, key::AUD, key::OAUD].iter().any(|own| own.eq_ignore_ascii_case(claim))).collect()
    }
}
