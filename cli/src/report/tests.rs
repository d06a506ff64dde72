//! Snapshots of the text report over findings made by hand: what people see, character by character.

use irsa_lint_core::admission::{Claim, Stage, Token, Truth, Verdict};
use irsa_lint_core::diagnostic::{Diagnostic, Proof, Severity, Shown};
use irsa_lint_core::document::model::{Broken, NotAnalysed, Place};
use irsa_lint_core::engine::Caller;
use irsa_lint_core::engine::answer::{
    Admits, AudienceSet, Because, Chain, ChainLink, CheckAnswer, Decision, LinkKind, Nearest, OtherPrincipal, RoleRef, StatementTrace,
    Step, WhoAnswer, WhoGrant, WhoRole,
};
use irsa_lint_core::engine::token_check::Given;
use irsa_lint_core::policy::Effect;
use irsa_lint_core::report::{Places, Point, Run, Unread, json};
use irsa_lint_core::source::{FileId, Position, SourceFile, Sources, Span};
use irsa_lint_core::syntax::Pointer;

use super::{Style, can_assume, check, errors, who, why};

const PLAIN: Style = Style { color: false, width: 120, quiet: false };

fn place(sources: &Sources, file: u32, needle: &str) -> Place {
    let start = sources.get(FileId(file)).unwrap().text.find(needle).unwrap();
    let span = Span { file: FileId(file), start: u32::try_from(start).unwrap(), end: u32::try_from(start + needle.len()).unwrap() };
    Place { span, pointer: Pointer::root().key("Statement") }
}

fn finding(place: Place, related: Vec<(Place, String)>) -> Diagnostic {
    Diagnostic {
        rule: "any-service-account",
        severity: Severity::Error,
        message: "role `payments` lets in every ServiceAccount of the cluster".into(),
        help: "name the ServiceAccount: `system:serviceaccount:prod:payments`".into(),
        place,
        related,
        proof: Proof::Admits(Shown {
            issuer: "https://oidc.eks.eu-west-1.amazonaws.com/id/A1".into(),
            subject: "system:serviceaccount:kube-system:a".into(),
            audience: Some("sts.amazonaws.com".into()),
            claims: Vec::new(),
            residual: Vec::new(),
        }),
        fix: None,
    }
}

fn shown(files: &[(&str, &str)], make: impl FnOnce(&Sources) -> CheckAnswer) -> String {
    let sources: Sources = files.iter().map(|(path, text)| SourceFile::new(*path, *text)).collect();
    let places = Places::new(&sources);
    check(&Run { places: &places, unread: &[], files: files.len(), notes: &[] }, &make(&sources), None, PLAIN)
}

fn one(text: &str, needle: &str) -> String {
    shown(&[("trust.json", text)], |sources| CheckAnswer {
        diagnostics: vec![finding(place(sources, 0, needle), Vec::new())],
        roles: 1,
        ..CheckAnswer::default()
    })
}

#[test]
fn the_source_line_with_the_exact_characters() {
    insta::assert_snapshot!(one(
        "{\n  \"StringLike\": {\n    \"x:sub\": \"system:serviceaccount:*:*\"\n  }\n}\n",
        "system:serviceaccount:*:*"
    ));
}

#[test]
fn a_place_of_several_lines() {
    insta::assert_snapshot!(one(
        "{\n  \"StringLike\": {\n    \"a\": 1,\n    \"b\": 2,\n    \"c\": 3,\n    \"d\": 4\n  }\n}\n",
        "{\n    \"a\": 1,\n    \"b\": 2,\n    \"c\": 3,\n    \"d\": 4\n  }"
    ));
}

#[test]
fn unicode_before_and_in_the_place() {
    insta::assert_snapshot!(one("\u{feff}{ \"Sid\": \"Zoë✓😀名前\", \"é😀\": \"*\" }", "\"é😀\": \"*\""));
}

#[test]
fn tabs_and_carriage_returns() {
    insta::assert_snapshot!(one("{\r\n\t\"a\":\t\"*\",\r\n\t\"b\": 1\r\n}\r\n", "\"*\""));
}

#[test]
fn a_place_at_the_end_of_the_text() {
    insta::assert_snapshot!(one("{ \"a\": 1", "1"));
    insta::assert_snapshot!(one("", ""));
}

#[test]
fn of_a_long_line_only_the_surroundings() {
    let text = format!("{{\"a\":\"{}\",\"sub\":\"system:serviceaccount:*:*\",\"b\":\"{}\"}}", "é".repeat(20_000), "x".repeat(20_000));
    let report = one(&text, "\"system:serviceaccount:*:*\"");
    assert!(report.len() < 2_000);
    insta::assert_snapshot!(report);
    insta::assert_snapshot!(one(&text, &format!("\"{}\"", "x".repeat(20_000))));
}

#[test]
fn terminal_controls_are_not_passed_on() {
    let report = one("{ \"a\": \"\u{1b}[31mred\u{202e}\" }", "red");
    assert!(!report.contains('\u{1b}') && !report.contains('\u{202e}'));
}

#[test]
fn related_places_in_this_and_other_files() {
    let policy = "{\n  \"Principal\": \"P\",\n\n\n\n\n\n  \"sub\": \"system:serviceaccount:prod:app\"\n}\n";
    let account = "kind: ServiceAccount\nmetadata:\n  name: app\n  namespace: production\n";
    insta::assert_snapshot!(shown(&[("policy.json", policy), ("sa.yaml", account)], |sources| CheckAnswer {
        diagnostics: vec![finding(
            place(sources, 0, "\"system:serviceaccount:prod:app\""),
            vec![
                (place(sources, 0, "\"P\""), "of this provider".into()),
                (place(sources, 1, "production"), "the namespace is this".into())
            ],
        )],
        not_analysed: vec![NotAnalysed {
            place: place(sources, 1, "app"),
            message: "value known only after apply: aws_iam_role.x.arn".into()
        }],
        roles: 1,
        service_accounts: 1,
        ..CheckAnswer::default()
    }));
}

#[test]
fn a_clean_run_says_so() {
    insta::assert_snapshot!(shown(&[("a.json", "{}"), ("b.json", "{}")], |_| CheckAnswer { roles: 2, ..CheckAnswer::default() }));
}

#[test]
fn what_could_not_be_read() {
    let sources: Sources = [SourceFile::new("trust.json", "{\n  \"Statement\": [,]\n}")].into_iter().collect();
    let places = Places::new(&sources);
    let at = Some(Point { position: Position { line: 3, column: 7 }, offset: 40 });
    let unread = [
        Unread { path: "gone.json".into(), at: None, message: "no such file or folder".into() },
        Unread { path: "latin1.yaml".into(), at, message: "not UTF-8 text: byte 0xE9 is no part of a character".into() },
    ];
    let broken = [Broken { place: Some(place(&sources, 0, ",")), message: "expected a value".into() }];
    insta::assert_snapshot!(errors(&places, &unread, &broken, PLAIN));
}

fn role(sources: &Sources) -> RoleRef {
    RoleRef {
        address: None,
        name: Some("payments".into()),
        arn: Some("arn:aws:iam::111122223333:role/payments".into()),
        account: Some("111122223333".into()),
        place: place(sources, 0, "{"),
    }
}

#[test]
fn who_gets_in() {
    let sources: Sources = [SourceFile::new("trust.json", "{}")].into_iter().collect();
    let places = Places::new(&sources);
    let grant = WhoGrant {
        issuer: Some("oidc.eks.eu-west-1.amazonaws.com/id/A1".into()),
        provider: Some("Amazon EKS".into()),
        admits: Admits::Some,
        words: "any ServiceAccount in namespace `prod`".into(),
        audiences: AudienceSet::Like { like: vec!["*".into()], except: vec!["x".into()] },
        unbounded: vec!["name".into()],
        examples: vec!["system:serviceaccount:prod:a".into(), "system:serviceaccount:prod:b".into()],
        residual: vec!["aws:SourceIp".into()],
        claims: Vec::new(),
        statements: vec![0],
    };
    let denied = vec!["statement 3 takes away `prod/b`".to_owned()];
    let others = vec![OtherPrincipal { principal: "AWS: arn:aws:iam::111122223333:root".into(), statement: 1 }];
    let answer = WhoAnswer {
        roles: vec![WhoRole { role: role(&sources), grants: vec![grant], denied, others, unknown: None }],
        ..WhoAnswer::default()
    };
    let run = Run { places: &places, unread: &[], files: 1, notes: &[] };
    insta::assert_snapshot!(who(&run, &answer, PLAIN));
    insta::assert_snapshot!(check(&run, &CheckAnswer { roles: 1, ..CheckAnswer::default() }, Some(&answer), PLAIN));
}

#[test]
fn the_trace_of_a_denial() {
    let sources: Sources = [SourceFile::new("trust.json", "{\n  \"sub\": \"system:serviceaccount:prod:app\"\n}")].into_iter().collect();
    let places = Places::new(&sources);
    let because =
        |what, holds, message: &str| Because { what, place: place(&sources, 0, "\"sub\""), holds, message: message.into(), compared: None };
    let decision = Decision {
        role: Some(role(&sources)),
        verdict: Verdict::Denied,
        stage: Stage::Policy,
        objection: None,
        trace: vec![StatementTrace {
            statement: 0,
            name: "statement `IRSA`".into(),
            place: place(&sources, 0, "\"sub\""),
            effect: Effect::Allow,
            matched: Truth::False,
            because: vec![
                because(Step::Principal, Truth::True, "the token's issuer is the provider's"),
                because(
                    Step::Condition,
                    Truth::False,
                    "the subject is `system:serviceaccount:prod:api`, not `system:serviceaccount:prod:app`",
                ),
                because(Step::Condition, Truth::Unknown, "`aws:SourceIp` is not known"),
            ],
        }],
        nearest: Some(Nearest { subject: "system:serviceaccount:prod:app".into(), message: "the name is `app`, not `api`".into() }),
    };
    let claims = vec![
        ("sub".into(), Claim::One("system:serviceaccount:prod:api".into())),
        ("aud".into(), Claim::Many(vec!["sts.amazonaws.com".into(), "b".into()])),
    ];
    let caller = Caller { issuer: "oidc.eks.eu-west-1.amazonaws.com/id/A1".into(), claims, refused: None };
    insta::assert_snapshot!(can_assume(&Run { places: &places, unread: &[], files: 1, notes: &[] }, &caller, None, &[decision], PLAIN));
}

#[test]
fn the_chain_to_the_first_broken_link() {
    let sources: Sources = [SourceFile::new("sa.yaml", "kind: ServiceAccount\nmetadata:\n  name: app\n")].into_iter().collect();
    let places = Places::new(&sources);
    let link = |kind, holds, message: &str, help: &str, needle| ChainLink {
        kind,
        holds,
        message: message.into(),
        help: help.into(),
        place: Some(place(&sources, 0, needle)),
    };
    let chain = Chain {
        links: vec![
            link(LinkKind::ServiceAccount, Truth::True, "ServiceAccount prod/app", "", "app"),
            link(LinkKind::Annotation, Truth::False, "it names no role", "add the annotation `eks.amazonaws.com/role-arn`", "metadata"),
        ],
        broken: Some(1),
        error: None,
    };
    insta::assert_snapshot!(why(&Run { places: &places, unread: &[], files: 1, notes: &[] }, &chain, PLAIN));
}

#[test]
fn an_error_that_no_document_explains() {
    let sources: Sources = [SourceFile::new("sa.yaml", "kind: ServiceAccount\nmetadata:\n  name: app\n")].into_iter().collect();
    let places = Places::new(&sources);
    let link = |kind, holds, message: &str, help: &str| ChainLink { kind, holds, message: message.into(), help: help.into(), place: None };
    let links = vec![
        ChainLink { place: Some(place(&sources, 0, "app")), ..link(LinkKind::ServiceAccount, Truth::True, "ServiceAccount prod/app", "") },
        link(LinkKind::Role, Truth::Unknown, "no document describes role `app`", "add the output of `aws iam get-role`"),
        link(
            LinkKind::Error,
            Truth::False,
            "the SDK found no credentials at all (at fault: the Pod)",
            "look at `env`\u{1b}[31m of the container",
        ),
    ];
    let chain = Chain { links, broken: Some(2), error: None };
    insta::assert_snapshot!(why(&Run { places: &places, unread: &[], files: 1, notes: &[] }, &chain, PLAIN));
}

#[test]
fn a_stale_token_and_a_long_claim() {
    let sources = Sources::default();
    let places = Places::new(&sources);
    let claims = vec![
        ("sub".into(), Claim::One("system:serviceaccount:prod:api".into())),
        ("aud".into(), Claim::One("sts.amazonaws.com".into())),
        ("exp".into(), Claim::One("1700000000".into())),
        ("repository_owner_id".into(), Claim::One("1".into())),
        ("note".into(), Claim::One("x".repeat(5000).into())),
    ];
    let token = Token { issuer: "oidc.eks.eu-west-1.amazonaws.com/id/A1".into(), claims: claims.clone() };
    let caller = Caller { issuer: token.issuer.clone(), claims, refused: None };
    let given = Given { token, header: Vec::new(), now: Some(1_700_003_600) };
    let decision =
        Decision { role: None, verdict: Verdict::Allowed, stage: Stage::Policy, objection: None, trace: Vec::new(), nearest: None };
    let run = Run { places: &places, unread: &[], files: 1, notes: &[] };
    insta::assert_snapshot!(can_assume(&run, &caller, Some(&given), &[decision], PLAIN));
}

#[test]
fn the_json_of_a_finding() {
    let sources: Sources = [SourceFile::new("a.json", "{\n \"é\": \"*\" }")].into_iter().collect();
    let places = Places::new(&sources);
    let answer = CheckAnswer {
        diagnostics: vec![finding(place(&sources, 0, "\"*\""), vec![(place(&sources, 0, "é"), "this key".into())])],
        roles: 1,
        ..CheckAnswer::default()
    };
    let unread = [Unread { path: "gone.json".into(), at: None, message: "no such file or folder".into() }];
    let text = json::check(&Run { places: &places, unread: &unread, files: 1, notes: &[] }, &answer);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
}
