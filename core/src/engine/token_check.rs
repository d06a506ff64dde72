//! What can be said of a token by itself: its form, its claims and its times. Nothing is verified. Must not know policies or documents;
//! the time comes from outside.

use std::fmt::Write as _;

use smol_str::SmolStr;

use crate::admission::{Claim, Number, ROLES_CLAIM, Request, Token, has_session_tags, has_source_identity};

/// A token as it was handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Its issuer and claims.
    pub token: Token,
    /// The header of a JWT; none where the payload alone was given.
    pub header: Vec<(SmolStr, Claim)>,
    /// The time to judge it by, in seconds since 1970-01-01 UTC.
    pub now: Option<i64>,
}

/// Something that STS has against a token, or will have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Whether STS refuses such a token, or only at this time.
    pub weight: Weight,
    /// What: a clause that begins with "the token" or "it".
    pub message: String,
    /// What to do.
    pub help: String,
}

/// How much a remark weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// STS refuses the token whenever it is sent.
    Refused,
    /// STS refuses it now; it may have been good when it was sent.
    Stale,
}

/// By how much STS lets clocks differ, in seconds (measured by others).
const LEEWAY: i64 = 300;

impl Given {
    /// Seconds since 1970 of a claim that is a time.
    fn time(&self, claim: &str) -> Option<i64> {
        match self.token.claim(claim) {
            // Where there is a fraction, its second counts.
            Some(Claim::One(text)) => Number::parse(text)?.truncated(),
            _ => None,
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.header.iter().rev().find_map(|(known, claim)| match claim {
            Claim::One(value) if known == name => Some(value.as_str()),
            _ => None,
        })
    }

    /// Who made it, for whom, until when, in one sentence without the token itself.
    #[must_use]
    pub fn summary(&self) -> String {
        let token = &self.token;
        let mut out = format!("the token (its signature is not checked) comes from issuer `{}`", token.issuer);
        let subject = token.subject().map_or_else(|| "no subject".to_owned(), |subject| format!("subject `{subject}`"));
        let _ = write!(out, ", with {subject} and {}", audience(token));
        if let Some(azp) = token.claim("azp").and_then(one) {
            let _ = write!(out, " (authorized party `{azp}`, which STS takes for the audience)");
        }
        if let Some(expiry) = self.expiry() {
            let _ = write!(out, "; it {expiry}");
        }
        out
    }

    /// `expires …` or `expired …`, where it says so.
    #[must_use]
    pub fn expiry(&self) -> Option<String> {
        let exp = self.time("exp")?;
        let when = date(exp);
        Some(match self.now {
            Some(now) if exp < now => format!("expired {when}, {} ago", span(now - exp)),
            Some(now) => format!("expires {when}, in {}", span(exp - now)),
            None => format!("expires {when}"),
        })
    }

    /// When it expires, in seconds since 1970-01-01 UTC.
    #[must_use]
    pub fn expires(&self) -> Option<i64> {
        self.time("exp")
    }

    /// What is worth knowing of it, in sentences: what STS has against it, then what STS makes of it.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut out: Vec<String> = self.remarks().into_iter().map(|remark| remark.message).collect();
        let token = &self.token;
        if let Some(azp) = token.claim("azp").and_then(one) {
            out.push(format!("STS takes the token's authorized party (`azp`), `{azp}`, for its audience"));
        }
        let request = Request { token: token.clone(), ..Request::default() };
        if has_session_tags(&request) {
            out.push("the token carries session tags, so the role must allow `sts:TagSession` as well".to_owned());
        }
        if has_source_identity(&request) {
            out.push("the token carries a source identity, so the role must allow `sts:SetSourceIdentity` as well".to_owned());
        }
        if token.claim(ROLES_CLAIM).is_some_and(|claim| *claim != Claim::Null) {
            out.push("the token names the roles that it may be used for, so STS refuses it for every other".to_owned());
        }
        out
    }

    /// What STS has against it, the worst first.
    #[must_use]
    pub fn remarks(&self) -> Vec<Remark> {
        let refused = |message: String, help: &str| Remark { weight: Weight::Refused, message, help: help.to_owned() };
        let mut out: Vec<Remark> = self.form().into_iter().map(|(message, help)| refused(message, help)).collect();
        out.extend(self.claims().into_iter().map(|(message, help)| refused(message, help)));
        out.extend(self.times());
        out
    }

    /// Another kind of token than the OIDC ID token that STS takes.
    fn form(&self) -> Option<(String, &'static str)> {
        let algorithm = self.header("alg").filter(|alg| !ALGORITHMS.contains(alg));
        if self.token.issuer == "kubernetes/serviceaccount" {
            let message = "the token is the kind that a Kubernetes Secret holds (issuer `kubernetes/serviceaccount`), not one for AWS";
            let help = "use the projected token of the Pod, in the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names, or `kubectl create token NAME \
                        --audience sts.amazonaws.com`";
            return Some((message.to_owned(), help));
        }
        let access = self.header("typ").is_some_and(|typ| typ.eq_ignore_ascii_case("at+jwt"))
            || self.token.claim("token_use").and_then(one).is_some_and(|kind| kind == "access");
        if access {
            return Some((
                "the token is an access token, but STS only accepts ID tokens".to_owned(),
                "send the ID token that the identity provider issues along with it",
            ));
        }
        let algorithm = algorithm?;
        let message = format!("the token is signed with `{algorithm}`, which STS does not accept");
        Some((message, "configure the issuer to sign with RS256, RS384, RS512, ES256, ES384 or ES512"))
    }

    /// Claims that STS demands.
    fn claims(&self) -> Vec<(String, &'static str)> {
        let token = &self.token;
        let lacks = |claim: &str| matches!(token.claim(claim), None | Some(Claim::Null));
        let mut out = Vec::new();
        if lacks("aud") {
            out.push((
                "the token has no audience (claim `aud`), so STS refuses it before it reads any policy".to_owned(),
                self.help_for_aud(),
            ));
        }
        if lacks("sub") {
            out.push(("the token has no subject (claim `sub`), so STS refuses it".to_owned(), "send an ID token of the identity provider"));
        }
        // Of a payload written by hand the times are often left out.
        for claim in ["exp", "iat"].into_iter().filter(|claim| !self.header.is_empty() && lacks(claim)) {
            out.push((format!("the token has no `{claim}`, but STS requires it"), "send an ID token, which has a time limit"));
        }
        if let (Some(Claim::Many(list)), None) = (token.claim("aud"), token.claim("azp"))
            && list.len() > 1
        {
            out.push((
                format!("the token has {} audiences and no authorized party (`azp`), so STS cannot choose one", list.len()),
                "request a token with one audience",
            ));
        }
        out
    }

    fn help_for_aud(&self) -> &'static str {
        let token = &self.token;
        if token.issuer.contains("gitlab") || token.subject().is_some_and(|subject| subject.starts_with("job_")) {
            return "this is GitLab's job token, not an ID token: declare `id_tokens: NAME: {aud: AUDIENCE}` in the job and send `$NAME`";
        }
        "request an ID token from the issuer with the audience that the provider lists (Kubernetes: `kubectl create token NAME --audience \
         sts.amazonaws.com`)"
    }

    /// What is wrong with its times now.
    fn times(&self) -> Option<Remark> {
        let now = self.now?;
        if let Some(exp) = self.time("exp").filter(|exp| exp.saturating_add(LEEWAY) < now) {
            return Some(Remark {
                weight: Weight::Stale,
                message: format!("the token expired {}, {} ago, so STS refuses it now (`ExpiredTokenException`)", date(exp), span(now - exp)),
                help: "get a fresh token: the kubelet renews the Pod's file, so a program must read it anew each time; a CI job must ask for its \
                       token just before it is used"
                    .to_owned(),
            });
        }
        let early = ["nbf", "iat"].into_iter().filter_map(|claim| Some((claim, self.time(claim)?)));
        let (claim, time) = early.into_iter().find(|(_, time)| time.saturating_sub(LEEWAY) > now)?;
        Some(Remark {
            weight: Weight::Stale,
            message: format!("the token is not valid before {} (`{claim}`), which is {} from now", date(time), span(time - now)),
            help: "check the clocks of the issuer and of this machine".to_owned(),
        })
    }
}

/// Signature algorithms that STS takes. Source: STS API Reference, AssumeRoleWithWebIdentity.
const ALGORITHMS: [&str; 6] = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];

fn one(claim: &Claim) -> Option<&SmolStr> {
    match claim {
        Claim::One(value) => Some(value),
        _ => None,
    }
}

fn audience(token: &Token) -> String {
    match token.claim("aud") {
        Some(Claim::One(audience)) => format!("audience `{audience}`"),
        Some(Claim::Many(list)) if list.len() == 1 => format!("audience `{}`", list.join("")),
        Some(Claim::Many(list)) => {
            format!("audiences {}", list.iter().map(|audience| format!("`{audience}`")).collect::<Vec<_>>().join(", "))
        }
        _ => "no audience".to_owned(),
    }
}

/// `2026-01-01 16:53:20 UTC`: the proleptic Gregorian calendar, by Howard Hinnant's "days to civil".
fn date(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years far from ours are no dates that a token means.
    let shifted = days.clamp(-719_468, 2_932_896) + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC", second / 3_600, second / 60 % 60, second % 60)
}

/// A length of time in its largest unit.
pub(super) fn span(seconds: i64) -> String {
    let (count, unit) = match seconds {
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(claims: &str, header: &str, now: i64) -> Given {
        let claims = crate::engine::claims::parse(claims).unwrap();
        let header = if header.is_empty() { Vec::new() } else { crate::engine::claims::parse(header).unwrap() };
        let token = Token { issuer: SmolStr::default(), claims };
        let issuer = token.claim("iss").and_then(one).map(|iss| SmolStr::from(iss.trim_start_matches("https://"))).unwrap_or_default();
        Given { token: Token { issuer, ..token }, header, now: Some(now) }
    }

    fn told(claims: &str, header: &str, now: i64) -> Vec<(Weight, String)> {
        given(claims, header, now).remarks().into_iter().map(|remark| (remark.weight, remark.message)).collect()
    }

    const GOOD: &str = r#"{"iss": "https://i.example.com", "sub": "s", "aud": "sts.amazonaws.com", "iat": 1000, "exp": 2000}"#;

    #[test]
    fn times_have_five_minutes_of_leeway() {
        assert_eq!(told(GOOD, r#"{"alg": "RS256"}"#, 2300), []);
        assert_eq!(told(GOOD, "", 700), []);
        let late = told(GOOD, "", 2301);
        assert!(late.len() == 1 && late[0].0 == Weight::Stale && late[0].1.contains("1970-01-01 00:33:20 UTC, 5 minutes ago"), "{late:?}");
        assert!(told(GOOD, "", 699)[0].1.contains("not valid before"));
        assert!(given(GOOD, "", 1900).summary().ends_with("it expires 1970-01-01 00:33:20 UTC, in 100 seconds"));
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(date(951_782_399), "2000-02-28 23:59:59 UTC");
        assert_eq!(date(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(date(1_767_286_400), "2026-01-01 16:53:20 UTC");
        let _ = (date(i64::MAX), date(i64::MIN));
    }

    #[test]
    fn says_what_kind_of_token_it_is() {
        let first = |claims: &str, header: &str| told(claims, header, 1500).first().map(|(_, message)| message.clone()).unwrap_or_default();
        assert!(first(r#"{"iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:a:b"}"#, "").contains("Kubernetes Secret"));
        assert!(first(r#"{"iss": "https://i", "sub": "s", "aud": "a", "token_use": "access"}"#, "").contains("access token"));
        assert!(first(r#"{"iss": "https://i", "sub": "s", "aud": "a", "iat": 1, "exp": 2000}"#, r#"{"alg": "HS256"}"#).contains("HS256"));
        assert!(first(r#"{"iss": "https://gitlab.com", "sub": "job_1"}"#, "").contains("no audience"));
        assert!(first(r#"{"iss": "https://i", "sub": "s", "aud": ["a", "b"]}"#, "").contains("2 audiences"));
        assert_eq!(first(r#"{"iss": "https://i", "sub": "s", "aud": ["a"]}"#, ""), "");
        assert!(first(r#"{"iss": "https://i", "sub": "s", "aud": "a"}"#, r#"{"alg": "RS256"}"#).contains("no `exp`"));
    }
}
