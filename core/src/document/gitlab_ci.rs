//! GitLab CI/CD configurations with a job that assumes an AWS role by an ID token. Source: GitLab Docs, "CI/CD YAML syntax reference"
//! (`id_tokens`) and "Configure OpenID Connect in AWS". What `extends`, `include` and variables bring is not known.

use super::at::{At, written};
use super::ci_job::{CiJob, CiSystem, IdToken, RoleStep};
use super::github_workflow::part_of;
use super::model::Stated;
use super::reader::Reader;
use crate::syntax::{Node, Scalar, Value};

/// What in a job's variables and scripts shows that it assumes a role.
const MARKS: [&str; 3] = ["AWS_ROLE_ARN", "ROLE_ARN", "assume-role-with-web-identity"];

/// Whether a tree is one.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    node.get("apiVersion").is_none() && node.members().iter().any(|job| has_id_token(&job.value) && assumes_role(node, &job.value))
}

fn has_id_token(job: &Node) -> bool {
    job.get("id_tokens").is_some_and(|tokens| tokens.members().iter().any(|token| token.value.get("aud").is_some()))
}

fn assumes_role(root: &Node, job: &Node) -> bool {
    let variables = |node: &Node| node.get("variables").is_some_and(|all| all.members().iter().any(|own| is_role_variable(&own.key.text)));
    let scripts = ["before_script", "script"].iter().filter_map(|key| job.get(key));
    variables(job) || variables(root) || scripts.flat_map(lines).any(|line| MARKS.iter().any(|mark| line.text.contains(mark)))
}

fn is_role_variable(name: &str) -> bool {
    name == "AWS_ROLE_ARN" || name == "ROLE_ARN"
}

/// Reads it.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    for member in at.node.members().iter().filter(|job| has_id_token(&job.value) && assumes_role(at.node, &job.value)) {
        let job = At { node: &member.value, pointer: at.pointer.key(&member.key.text) };
        let Some(role) = role(&job, at) else { continue };
        reader.out.ci_jobs.push(CiJob {
            system: CiSystem::GitLab,
            id: member.key.clone(),
            triggers: Vec::new(),
            environment: Stated::Absent,
            environment_place: None,
            id_token: IdToken::Granted,
            other_credentials: false,
            conditional: true,
            roles: vec![role],
            head_checkout: None,
            place: crate::syntax::Place { span: member.key.span, pointer: job.pointer.clone() },
        });
    }
}

fn role(job: &At<'_>, root: &At<'_>) -> Option<RoleStep> {
    let audience = audience(job);
    let in_variables = [job, root].into_iter().find_map(|at| {
        let variables = at.get("variables")?;
        let named = variables.node.members().iter().rev().find(|own| is_role_variable(&own.key.text))?;
        let own = At { node: &named.value, pointer: variables.pointer.key(&named.key.text) };
        Some(own.get("value").unwrap_or(own))
    });
    let (role_arn, role_place) = match in_variables {
        Some(own) => (stated(written(own.node)), own.place()),
        None => {
            let scripts = ["before_script", "script"].iter().filter_map(|key| job.get(key));
            let found = scripts.flat_map(|script| lines(script.node).into_iter().map(move |line| (line, script.clone())));
            let (arn, script) = found.filter_map(|(line, script)| Some((arn_in(line)?, script))).next()?;
            let place = crate::syntax::Place { span: arn.span, pointer: script.pointer };
            (stated(Some(arn)), place)
        }
    };
    Some(RoleStep { role_arn, role_place, audience, official: false, conditional: true, place: job.place() })
}

/// The audience of the job's one token; of several it is not known which is sent.
fn audience(job: &At<'_>) -> Stated<Scalar> {
    let unknown = |why: &str| Stated::Unknown(why.to_owned());
    let Some(tokens) = job.get("id_tokens") else { return Stated::Absent };
    let [token] = tokens.node.members() else { return unknown("the job has several ID tokens") };
    match token.value.get("aud").map(|aud| (&aud.value, aud)) {
        Some((Value::Array(all), _)) => match all.as_slice() {
            [one] => stated(written(one)),
            _ => unknown("the ID token has several audiences"),
        },
        Some((_, aud)) => stated(written(aud)),
        None => unknown("the ID token has no audience"),
    }
}

/// A value; one with a variable in it is not known.
fn stated(scalar: Option<Scalar>) -> Stated<Scalar> {
    match scalar {
        Some(scalar) if scalar.text.contains('$') => Stated::Unknown(format!("`{}` holds a variable", scalar.text)),
        Some(scalar) => Stated::Is(scalar),
        None => Stated::Unknown("it is no plain value".to_owned()),
    }
}

/// The lines of a script: a string, or a list of them, which `extends` and `!reference` may nest.
fn lines(node: &Node) -> Vec<&Scalar> {
    match &node.value {
        Value::String(scalar) => vec![scalar],
        Value::Array(elements) => elements.iter().filter_map(Node::scalar).collect(),
        _ => Vec::new(),
    }
}

/// The ARN that a line of a script gives as the role, whatever is filled into it.
fn arn_in(line: &Scalar) -> Option<Scalar> {
    let text = line.text.as_str();
    let after = ["AWS_ROLE_ARN=", "ROLE_ARN=", "--role-arn ", "--role-arn="].iter().find_map(|mark| Some(text.find(mark)? + mark.len()))?;
    let quoted = |c: char| c == '"' || c == '\'';
    let rest = text.get(after..)?;
    let start = after + (rest.len() - rest.trim_start_matches(|c: char| quoted(c) || c == ' ').len());
    let word = text.get(start..)?;
    let len = word.find(|c: char| c.is_whitespace() || quoted(c) || c == ';').unwrap_or(word.len());
    part_of(line, start..start + len)
}

#[cfg(test)]
mod tests {
    use super::super::{Context, read};
    use super::*;
    use crate::source::FileId;

    fn of(text: &str) -> Vec<(Option<String>, Option<String>)> {
        let text_of = |stated: &Stated<Scalar>| stated.value().map(|scalar| scalar.text.to_string());
        let documents = read(FileId(0), text, &Context::default());
        let steps = documents.ci_jobs.iter().flat_map(|job| &job.roles);
        steps.map(|step| (text_of(&step.role_arn), text_of(&step.audience))).collect()
    }

    #[test]
    fn the_role_from_variables_or_from_the_script() {
        let arn = "arn:aws:iam::111122223333:role/x";
        let known = vec![(Some(arn.to_owned()), Some("https://gitlab.com".to_owned()))];
        let tokens = "  id_tokens: {T: {aud: 'https://gitlab.com'}}\n";
        assert_eq!(of(&format!("d:\n{tokens}  variables: {{AWS_ROLE_ARN: '{arn}'}}\n  script: [x]\n")), known);
        assert_eq!(of(&format!("variables:\n  ROLE_ARN: {{value: '{arn}'}}\nd:\n{tokens}  script: [x]\n")), known);
        assert_eq!(
            of(&format!("d:\n{tokens}  script:\n  - aws sts assume-role-with-web-identity --role-arn \"{arn}\" --duration 900\n")),
            known
        );
        assert_eq!(of(&format!("d:\n{tokens}  script:\n  - export AWS_ROLE_ARN=arn:aws:iam::${{A}}:role/x\n"))[0].0, None);
        assert_eq!(of(&format!("d:\n{tokens}  script: [make]\n")), []);
        assert_eq!(of(&format!("d:\n  variables: {{AWS_ROLE_ARN: '{arn}'}}\n  script: [x]\n")), []);
        let several = "d:\n  id_tokens: {T: {aud: a}, U: {aud: b}}\n  variables: {AWS_ROLE_ARN: x}\n";
        assert_eq!(of(several), [(Some("x".to_owned()), None)]);
    }
}
