//! GitHub Actions workflows with a job that assumes an AWS role. Source: GitHub Docs, "Workflow syntax for GitHub Actions" and "OpenID Connect
//! reference"; aws-actions/configure-aws-credentials, README. Other workflows are nobody's affair here.

use smol_str::SmolStr;

use super::at::{At, written};
use super::ci_job::{CiJob, CiSystem, IdToken, RefFilter, RoleStep, Trigger};
use super::model::{FirstRole, SecondRole, Stated};
use super::reader::Reader;
use crate::source::TextMap;
use crate::syntax::{Node, Place, Scalar, Value};

/// The input that names the role.
const ROLE: &str = "role-to-assume";
/// Environment variables in which the SDKs find credentials.
const CREDENTIALS: [&str; 4] = ["AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"];

/// Whether a tree is one.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    let Some(jobs) = node.get("jobs") else { return false };
    jobs.members().iter().any(|job| job.value.get("steps").is_some_and(|steps| steps.elements().iter().any(assumes_role)))
}

/// Whether a step assumes a role by a token: static keys, a session of an earlier step or a token from a file come before it.
fn assumes_role(step: &Node) -> bool {
    let Some(with) = step.get("with").filter(|_| step.get("uses").is_some()) else { return false };
    let is_set = |key: &str| with.get(key).is_some_and(|value| !value.is_null() && value.text() != Some(""));
    let is_true = |key: &str| with.get(key).and_then(written).is_some_and(|value| value.text == "true" || is_expression(&value.text));
    let other = is_set("aws-access-key-id") || is_set("web-identity-token-file") || is_true("role-chaining") || is_true("force-skip-oidc");
    is_set(ROLE) && !other
}

/// Reads it.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let triggers = triggers(at);
    let called_alone = !triggers.is_empty() && triggers.iter().all(|trigger| trigger.event == "workflow_call");
    let Some(jobs) = at.get("jobs") else { return };
    for member in jobs.node.members() {
        let job = At { node: &member.value, pointer: jobs.pointer.key(&member.key.text) };
        let steps: Vec<At<'_>> = job.list("steps").collect();
        let roles: Vec<RoleStep> = steps.iter().filter(|step| assumes_role(step.node)).filter_map(role_step).collect();
        reader.out.second_roles.extend(second_roles(&member.key, &steps));
        if roles.is_empty() {
            continue;
        }
        let environment = job.get("environment").and_then(|own| if own.node.is_object() { own.get("name") } else { Some(own) });
        reader.out.ci_jobs.push(CiJob {
            system: CiSystem::GitHub,
            id: member.key.clone(),
            triggers: triggers.clone(),
            environments: environment.as_ref().map(|own| choices(own, &job, at, &triggers)).unwrap_or_default(),
            environment_place: environment.as_ref().map(At::place),
            environment: value(environment),
            id_token: id_token(at, &job, called_alone),
            other_credentials: has_other_credentials(at, &job, &steps),
            conditional: job.get("if").is_some() || job.get("needs").is_some(),
            roles,
            wrong_token: None,
            head_checkout: steps.iter().find_map(head_checkout),
            place: Place { span: member.key.span, pointer: job.pointer.clone() },
        });
    }
}

/// A value; one with an expression is not known.
fn value(at: Option<At<'_>>) -> Stated<Scalar> {
    match at.and_then(|at| written(at.node)) {
        Some(scalar) if is_expression(&scalar.text) => Stated::Unknown(format!("`{}` is an expression", scalar.text.trim())),
        Some(scalar) if scalar.text.is_empty() => Stated::Absent,
        Some(scalar) => Stated::Is(scalar),
        None => Stated::Absent,
    }
}

/// The values that an expression can have: those of an input that whoever starts the workflow has to choose from, or those of a matrix.
/// Empty where it may have others, or none. Source: GitHub Docs, "Workflow syntax" (`on.workflow_dispatch.inputs`, `strategy.matrix`).
fn choices(expression: &At<'_>, job: &At<'_>, workflow: &At<'_>, triggers: &[Trigger]) -> Vec<SmolStr> {
    let Some(text) = written(expression.node) else { return Vec::new() };
    let Some(name) = text.text.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim) else {
        return Vec::new();
    };
    let list = if let Some(name) = name.strip_prefix("matrix.") {
        job.path(&["strategy", "matrix"]).filter(|matrix| matrix.get("include").is_none()).and_then(|matrix| matrix.get(name))
    } else if triggers.iter().all(|trigger| trigger.event == "workflow_dispatch") {
        let name = name.strip_prefix("github.event.").unwrap_or(name).strip_prefix("inputs.");
        let on = workflow.get("on").or_else(|| workflow.get("true"));
        let input = on.zip(name).and_then(|(on, name)| on.path(&["workflow_dispatch", "inputs", name]));
        input.filter(|input| input.text("type") == Some("choice")).and_then(|input| input.get("options"))
    } else {
        None
    };
    let values: Option<Vec<SmolStr>> =
        list.map(|list| list.elements().map(|value| written(value.node).map(|own| own.text)).collect()).unwrap_or_default();
    values.filter(|all| all.iter().all(|own| !own.is_empty() && !is_expression(own))).unwrap_or_default()
}

fn is_expression(text: &str) -> bool {
    text.contains("${{")
}

/// The roles that steps go on to assume from the one that the step before them got. Source: aws-actions/configure-aws-credentials, README
/// (`role-chaining`).
fn second_roles(job: &Scalar, steps: &[At<'_>]) -> Vec<SecondRole> {
    let mut before: Option<Scalar> = None;
    let mut found = Vec::new();
    for step in steps {
        let Some(with) = step.get("with") else { continue };
        let Some(own) = with.get(ROLE) else { continue };
        let chained = with.get("role-chaining").and_then(|value| written(value.node)).is_some_and(|value| value.text == "true");
        let arn = written(own.node).filter(|arn| !is_expression(&arn.text) && step.get("if").is_none());
        if let (true, Some(first), Some(arn)) = (chained, &before, &arn) {
            found.push(SecondRole {
                asker: format!("job `{}`", job.text),
                from: FirstRole::Named(first.clone(), "the step before it"),
                arn: arn.clone(),
                duration: None,
                place: own.place(),
            });
        }
        before = arn;
    }
    found
}

fn role_step(step: &At<'_>) -> Option<RoleStep> {
    let with = step.get("with")?;
    let role = with.get(ROLE)?;
    let official = step.text("uses").is_some_and(|uses| uses.starts_with("aws-actions/configure-aws-credentials@"));
    let audience = match value(with.get("audience")) {
        Stated::Absent if !official => Stated::Unknown("another action than AWS's own".to_owned()),
        stated => stated,
    };
    Some(RoleStep {
        role_place: role.place(),
        role_arn: value(Some(role)),
        audience,
        official,
        conditional: step.get("if").is_some(),
        place: step.place(),
    })
}

/// Whether the permissions that hold for a job let it have a token. A job's own replace the workflow's; what they do not name is `none`.
fn id_token(workflow: &At<'_>, job: &At<'_>, called_alone: bool) -> IdToken {
    let Some(permissions) = [job, workflow].into_iter().find_map(|at| {
        let node = at.node.get("permissions")?;
        Some(At { node, pointer: at.pointer.key("permissions") })
    }) else {
        return if called_alone { IdToken::Unknown } else { IdToken::NotAsked };
    };
    let granted = match &permissions.node.value {
        Value::Object(_) => permissions.owned("id-token"),
        _ => written(permissions.node).map(|all| all.text),
    };
    match granted.as_deref() {
        Some("write" | "write-all") => IdToken::Granted,
        Some(text) if is_expression(text) => IdToken::Unknown,
        _ => IdToken::Denied(permissions.place()),
    }
}

/// Whether a job may have AWS credentials without a token: on a runner of one's own, by its environment variables, or by a step before the
/// first that asks for one.
fn has_other_credentials(workflow: &At<'_>, job: &At<'_>, steps: &[At<'_>]) -> bool {
    let is_credential = |name: &str| CREDENTIALS.contains(&name);
    let in_env = |at: &At<'_>| at.get("env").is_some_and(|env| env.node.members().iter().any(|member| is_credential(&member.key.text)));
    if !is_hosted(job) || in_env(workflow) || in_env(job) {
        return true;
    }
    let first = steps.iter().position(|step| assumes_role(step.node)).unwrap_or(0);
    steps.iter().take(first + 1).any(|step| {
        let uses = step.text("uses").unwrap_or_default();
        let login = uses.starts_with("./") || ["aws", "vault", "credential", "secret"].iter().any(|word| uses.contains(word));
        let sets = |run: &str| run.contains("aws configure") || CREDENTIALS.iter().any(|name| run.contains(name));
        in_env(step) || step.text("run").is_some_and(sets) || (login && !assumes_role(step.node))
    })
}

/// Whether a job runs on a machine of GitHub's, which has no AWS credentials.
fn is_hosted(job: &At<'_>) -> bool {
    let Some(runs_on) = job.get("runs-on") else { return false };
    let hosted =
        |node: &Node| node.text().is_some_and(|label| ["ubuntu-", "windows-", "macos-"].iter().any(|name| label.starts_with(name)));
    match &runs_on.node.value {
        Value::Array(labels) => !labels.is_empty() && labels.iter().all(hosted),
        _ => hosted(runs_on.node),
    }
}

/// Where a step checks out the head of a pull request.
fn head_checkout(step: &At<'_>) -> Option<Place> {
    step.text("uses").filter(|uses| uses.starts_with("actions/checkout@"))?;
    let with = step.get("with")?;
    let of_head = |text: &str| {
        let named = ["github.event.pull_request.head", "github.head_ref", "refs/pull/", "pull_request.merge_commit_sha"];
        is_expression(text) && named.iter().any(|name| text.contains(name))
    };
    ["ref", "repository"].iter().filter_map(|key| with.get(key)).find(|own| own.node.text().is_some_and(of_head)).map(|own| own.place())
}

/// What starts the workflow. A tool that reads YAML 1.1 writes the key `on` as `true`.
fn triggers(at: &At<'_>) -> Vec<Trigger> {
    let Some(on) = at.get("on").or_else(|| at.get("true")) else { return Vec::new() };
    match &on.node.value {
        Value::Array(_) => on.elements().filter_map(|event| trigger(&event.node.scalar()?.clone(), &event)).collect(),
        Value::Object(members) => {
            let of = |key: &Scalar, node| trigger(key, &At { node, pointer: on.pointer.key(&key.text) });
            members.iter().filter_map(|member| of(&member.key, &member.value)).collect()
        }
        _ => written(on.node).and_then(|event| trigger(&event, &on)).into_iter().collect(),
    }
}

fn trigger(event: &Scalar, at: &At<'_>) -> Option<Trigger> {
    if event.text.is_empty() {
        return None;
    }
    let filter = |only: &str, ignore: &str| RefFilter { only: at.get(only).map(|list| patterns(&list)), ignores: at.get(ignore).is_some() };
    Some(Trigger {
        event: event.text.clone(),
        branches: filter("branches", "branches-ignore"),
        tags: filter("tags", "tags-ignore"),
        place: Place { span: event.span, pointer: at.pointer.clone() },
    })
}

fn patterns(list: &At<'_>) -> Vec<smol_str::SmolStr> {
    let one = written(list.node).filter(|_| !matches!(list.node.value, Value::Array(_)));
    let all = one.into_iter().chain(list.elements().filter_map(|element| written(element.node)));
    all.map(|scalar| scalar.text).filter(|pattern| !pattern.starts_with('!')).collect()
}

/// A scalar that stands for itself, where a reader has a text and a place only.
#[must_use]
pub fn part_of(scalar: &Scalar, part: std::ops::Range<usize>) -> Option<Scalar> {
    let span = scalar.span_of(part.clone());
    let text = scalar.text.get(part)?;
    Some(Scalar { text: text.into(), span, map: TextMap::direct(span.file, span.start) })
}

#[cfg(test)]
mod tests {
    use super::super::model::Documents;
    use super::super::{Context, read};
    use super::*;
    use crate::source::FileId;

    fn of(text: &str) -> Documents {
        read(FileId(0), text, &Context::default())
    }

    const STEP: &str = "{uses: aws-actions/configure-aws-credentials@v4, with: {role-to-assume: 'arn:aws:iam::111122223333:role/x'}}";

    fn job(on: &str, more: &str) -> CiJob {
        let text = format!("{on}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n{more}    steps:\n    - {STEP}\n");
        let mut jobs = of(&text).ci_jobs;
        assert_eq!(jobs.len(), 1, "{text}");
        jobs.remove(0)
    }

    #[test]
    fn only_a_workflow_that_assumes_a_role_is_ours() {
        for other in [
            "on: push\njobs:\n  build:\n    steps:\n    - run: make\n".to_owned(),
            "on: push\njobs:\n  call:\n    uses: ./.github/workflows/x.yml\n".to_owned(),
            format!("runs:\n  using: composite\n  steps:\n  - {STEP}\n"),
            format!("jobs:\n- steps:\n  - {STEP}\n"),
            format!("on: push\njobs:\n  a:\n    steps:\n    - {}\n", STEP.replace("with: {", "with: {aws-access-key-id: x, ")),
            format!("on: push\njobs:\n  a:\n    steps:\n    - {}\n", STEP.replace("with: {", "with: {role-chaining: true, ")),
        ] {
            let documents = of(&other);
            assert!(!documents.recognised && documents.ci_jobs.is_empty(), "{other}");
        }
    }

    #[test]
    fn triggers_in_each_of_their_forms() {
        let events = |on: &str| job(on, "").triggers.iter().map(|t| t.event.to_string()).collect::<Vec<_>>();
        assert_eq!(events("on: push"), ["push"]);
        assert_eq!(events("'on': [push, pull_request]"), ["push", "pull_request"]);
        assert_eq!(events("true:\n  push:\n  schedule: [{cron: x}]"), ["push", "schedule"]);
        assert_eq!(events("name: x"), [""; 0]);
        let push = job("on: {push: {branches: [main, '!x'], tags-ignore: [v*]}}", "").triggers.remove(0);
        assert_eq!((push.branches.only.as_deref(), push.tags.only.as_deref()), (Some(&["main".into()][..]), None));
        assert!(push.tags.ignores && !push.branches.ignores);
        assert_eq!(push.place.pointer.to_string(), "/on/push");
    }

    #[test]
    fn an_environment_by_name_and_what_is_not_known() {
        let environment = |text: &str| job("on: push", text).environment;
        assert_eq!(environment("    environment: prod\n").value().map(|s| s.text.as_str()), Some("prod"));
        assert_eq!(environment("    environment: {name: prod, url: x}\n").value().map(|s| s.text.as_str()), Some("prod"));
        assert!(environment("    environment: '${{ inputs.x }}'\n").is_unknown());
        assert_eq!(environment(""), Stated::Absent);
        assert!(job("on: push", "    environment: '${{ inputs.x }}'\n").environments.is_empty());
        let text = format!("on: push\njobs:\n  a:\n    steps:\n    - {}\n", STEP.replace("111122223333", "${{ vars.ACCOUNT }}"));
        let documents = of(&text);
        assert!(documents.ci_jobs[0].roles[0].role_arn.is_unknown() && documents.not_analysed.is_empty());
    }

    #[test]
    fn roles_that_later_steps_go_on_to() {
        let chain = |first: &str, second: &str| {
            let step = |role: &str, more: &str| {
                format!("    - uses: aws-actions/configure-aws-credentials@v4\n      with: {{role-to-assume: '{role}'{more}}}\n")
            };
            let text = format!(
                "on: push\njobs:\n  a:\n    steps:\n{}{}",
                step("arn:aws:iam::111122223333:role/a", first),
                step("arn:aws:iam::444455556666:role/b", second)
            );
            of(&text).second_roles
        };
        let found = chain("", ", role-chaining: true");
        let FirstRole::Named(first, _) = &found[0].from else { panic!() };
        assert_eq!((found[0].asker.as_str(), first.as_str()), ("job `a`", "arn:aws:iam::111122223333:role/a"));
        assert_eq!(found[0].arn.as_str(), "arn:aws:iam::444455556666:role/b");
        assert!(chain("", "").is_empty());
    }

    #[test]
    fn an_environment_out_of_a_list() {
        let chosen = "on: {workflow_dispatch: {inputs: {stage: {type: choice, options: [dev, live]}, free: {type: string}}}}";
        let environments = |on: &str, more: &str| job(on, more).environments.join(" ");
        assert_eq!(environments(chosen, "    environment: ${{ inputs.stage }}\n"), "dev live");
        assert_eq!(environments(chosen, "    environment: {name: '${{github.event.inputs.stage}}'}\n"), "dev live");
        let matrix = "    strategy: {matrix: {stage: [dev, live], more: [1]}}\n    environment: ${{ matrix.stage }}\n";
        assert_eq!(environments("on: push", matrix), "dev live");
        for (on, more) in [
            (chosen, "    environment: ${{ inputs.free }}\n"),
            (chosen, "    environment: ${{ inputs.stage }}-eu\n"),
            (chosen, "    environment: ${{ inputs.stage || 'dev' }}\n"),
            (&*chosen.replace("{workflow_dispatch", "{push: {}, workflow_dispatch"), "    environment: ${{ inputs.stage }}\n"),
            ("on: push", "    strategy: {matrix: {stage: '${{ fromJson(x) }}'}}\n    environment: ${{ matrix.stage }}\n"),
            ("on: push", "    strategy: {matrix: {stage: [a], include: [{stage: ''}]}}\n    environment: ${{ matrix.stage }}\n"),
        ] {
            assert_eq!(environments(on, more), "", "{on} {more}");
        }
    }
}
