//! GitLab CI/CD configurations with a job that assumes an AWS role by an ID token. Source: GitLab Docs, "CI/CD YAML syntax reference"
//! (`id_tokens`) and "Configure OpenID Connect in AWS". What `extends`, `include` and variables bring is not known.

use super::at::{At, written};
use super::ci_job::{CiJob, CiSystem, IdToken, RoleStep};
use super::github_workflow::part_of;
use super::model::Stated;
use super::reader::Reader;
use crate::syntax::{Node, Place, Scalar, Value};

/// What in a job's variables and scripts shows that it assumes a role.
const MARKS: [&str; 3] = ["AWS_ROLE_ARN", "ROLE_ARN", "assume-role-with-web-identity"];

/// Variables of GitLab that hold no ID token for AWS: the job token has no audience, and the others are gone since GitLab 17.0. Source: GitLab
/// Docs, "GitLab CI/CD job token" and "Deprecations and removals by version". The longer name first.
const NO_ID_TOKENS: [&str; 4] = ["CI_JOB_JWT_V2", "CI_JOB_JWT_V1", "CI_JOB_JWT", "CI_JOB_TOKEN"];

/// Whether a tree is one.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    node.get("apiVersion").is_none() && node.members().iter().any(|job| is_ours(node, &job.value))
}

fn is_ours(root: &Node, job: &Node) -> bool {
    (has_id_token(job) && assumes_role(root, job)) || wrong_token(root, job).is_some()
}

fn has_id_token(job: &Node) -> bool {
    job.get("id_tokens").is_some_and(|tokens| tokens.members().iter().any(|token| token.value.get("aud").is_some()))
}

fn script(job: &Node) -> impl Iterator<Item = &Scalar> {
    ["before_script", "script"].into_iter().filter_map(|key| job.get(key)).flat_map(lines)
}

/// The variable that a job sends in place of an ID token. `id_tokens` may give a token the name of one that is gone.
fn wrong_token(root: &Node, job: &Node) -> Option<Scalar> {
    let declared =
        |name: &str| root.members().iter().any(|own| own.value.get("id_tokens").is_some_and(|tokens| tokens.get(name).is_some()));
    script(job).find_map(|line| {
        let at = sent_at(&line.text)?;
        let name = NO_ID_TOKENS.into_iter().find(|name| line.text.get(at..).is_some_and(|rest| rest.starts_with(name)))?;
        part_of(line, at..at + name.len()).filter(|_| !declared(name))
    })
}

/// Where a script sends a variable to STS: by the option of `aws sts`, or into the file that the SDKs read.
fn sent_at(script: &str) -> Option<usize> {
    let mut before = 0;
    script.split_inclusive('\n').find_map(|line| {
        let start = before;
        before += line.len();
        sent_in_line(line).map(|at| start + at)
    })
}

fn sent_in_line(line: &str) -> Option<usize> {
    let name = |from: usize| {
        let rest = line.get(from..)?;
        let start = from + (rest.len() - rest.trim_start_matches([' ', '=', '"', '\'', '$', '{']).len());
        line.get(start..)?.starts_with("CI_JOB_").then_some(start)
    };
    let option = "--web-identity-token";
    let by_option = line.find(option).and_then(|at| name(at + option.len()));
    by_option.or_else(|| {
        let (echoed, into) = line.split_once('>')?;
        let echo = ["echo ", "printf "].iter().find(|word| echoed.trim_start().starts_with(*word))?;
        let start = echoed.find(echo)? + echo.len();
        into.contains("AWS_WEB_IDENTITY_TOKEN_FILE").then(|| name(start)).flatten()
    })
}

fn assumes_role(root: &Node, job: &Node) -> bool {
    let variables = |node: &Node| node.get("variables").is_some_and(|all| all.members().iter().any(|own| is_role_variable(&own.key.text)));
    variables(job) || variables(root) || script(job).any(|line| MARKS.iter().any(|mark| line.text.contains(mark)))
}

fn is_role_variable(name: &str) -> bool {
    name == "AWS_ROLE_ARN" || name == "ROLE_ARN"
}

/// Reads it.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    for member in at.node.members().iter().filter(|job| is_ours(at.node, &job.value)) {
        let job = At { node: &member.value, pointer: at.pointer.key(&member.key.text) };
        reader.out.ci_jobs.push(CiJob {
            system: CiSystem::GitLab,
            id: member.key.clone(),
            triggers: Vec::new(),
            environment: Stated::Absent,
            environments: Vec::new(),
            environment_place: None,
            id_token: IdToken::Granted,
            other_credentials: false,
            conditional: true,
            roles: vec![role(&job, at)],
            wrong_token: wrong_token(at.node, &member.value),
            head_checkout: None,
            place: Place { span: member.key.span, pointer: job.pointer.clone() },
        });
    }
}

fn role(job: &At<'_>, root: &At<'_>) -> RoleStep {
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
            match found.filter_map(|(line, script)| Some((arn_in(line)?, script))).next() {
                Some((arn, script)) => {
                    let place = Place { span: arn.span, pointer: script.pointer };
                    (stated(Some(arn)), place)
                }
                None => (stated(None), job.place()),
            }
        }
    };
    RoleStep { role_arn, role_place, audience, official: false, conditional: true, place: job.place() }
}

/// The audience of the job's one token; of several it is not known which is sent.
fn audience(job: &At<'_>) -> Stated<Scalar> {
    let unknown = |why: &str| Stated::Unknown(why.to_owned());
    let Some(tokens) = job.get("id_tokens") else { return unknown("the job has no ID token of its own") };
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
        let wrong = |line: &str, more: &str| {
            let text = format!("d:\n{more}  script:\n  - {line}\n");
            read(FileId(0), &text, &Context::default()).ci_jobs.first().and_then(|job| job.wrong_token.clone()).map(|token| token.text)
        };
        assert_eq!(
            wrong("aws sts assume-role-with-web-identity --web-identity-token $CI_JOB_JWT_V2 --x", "").as_deref(),
            Some("CI_JOB_JWT_V2")
        );
        assert_eq!(wrong("aws sts x --web-identity-token=\"${CI_JOB_TOKEN}\"", "").as_deref(), Some("CI_JOB_TOKEN"));
        assert_eq!(wrong("echo $CI_JOB_TOKEN > $AWS_WEB_IDENTITY_TOKEN_FILE", "").as_deref(), Some("CI_JOB_TOKEN"));
        assert_eq!(wrong("echo $CI_JOB_TOKEN | docker login --password-stdin", ""), None);
        assert_eq!(wrong("aws sts x --web-identity-token $CI_JOB_JWT_V2", "  id_tokens: {CI_JOB_JWT_V2: {aud: x}}\n"), None);
        let several = "d:\n  id_tokens: {T: {aud: a}, U: {aud: b}}\n  variables: {AWS_ROLE_ARN: x}\n";
        assert_eq!(of(several), [(Some("x".to_owned()), None)]);
    }
}
