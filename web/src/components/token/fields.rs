//! A token as its claims, field by field.

use yew::{Callback, Html, InputEvent, MouseEvent, html};

use crate::components::input::{line, typed};
use crate::model::token::{Field, Form, FormAction, Offer};

/// The form and what to do with it.
pub struct Fields<'a> {
    pub form: &'a Form,
    pub offer: &'a Offer,
    pub change: Callback<FormAction>,
    /// Tries somebody who is nearly let in.
    pub miss: Callback<()>,
    /// Why nobody was found to try.
    pub missed: &'static str,
}

pub fn fields(fields: &Fields<'_>) -> Html {
    let Fields { form, offer, change, .. } = fields;
    let set = |field: Field| change.reform(move |text| FormAction::Typed(field, text));
    let text = |field: Field| form.text(field, offer);
    let whom = if form.is_pod(offer) {
        html! {
            <>
                {line("token-namespace", "Namespace", text(Field::Namespace), "kube-system", None, set(Field::Namespace))}
                {line("token-name", "ServiceAccount", text(Field::Name), "external-dns", None, set(Field::Name))}
            </>
        }
    } else {
        line("token-subject", "Subject (sub)", text(Field::Subject), subject_hint(text(Field::Issuer)), None, set(Field::Subject))
    };
    html! {
        <div class="fields">
            {suggestions(fields)}
            {line("token-issuer", "Issuer", text(Field::Issuer), "https://oidc.eks.eu-west-1.amazonaws.com/id/…", Some("token-issuers"), set(Field::Issuer))}
            <datalist id="token-issuers">{for offer.issuers.iter().map(|issuer| html!(<option value={issuer.clone()}></option>))}</datalist>
            {whom}
            {line("token-audience", "Audience (aud)", text(Field::Audience), "sts.amazonaws.com", None, set(Field::Audience))}
            {claims(form, change)}
        </div>
    }
}

/// How a subject of an issuer looks. Sources: the providers' pages about OIDC tokens.
fn subject_hint(issuer: &str) -> &'static str {
    const FORMS: [(&str, &str); 6] = [
        ("token.actions.githubusercontent.com", "repo:OWNER/REPO:ref:refs/heads/main"),
        ("gitlab", "project_path:GROUP/PROJECT:ref_type:branch:ref:main"),
        ("app.terraform.io", "organization:ORG:project:PROJECT:workspace:WORKSPACE:run_phase:apply"),
        ("buildkite", "organization:ORG:pipeline:PIPELINE:ref:refs/heads/main:commit:SHA:step:STEP"),
        ("circleci", "org/ORG_ID/project/PROJECT_ID/user/USER_ID"),
        ("bitbucket", "{REPOSITORY_UUID}:{STEP_UUID}"),
    ];
    FORMS.iter().find(|(part, _)| issuer.contains(part)).map_or("the token’s sub, letter for letter", |(_, form)| form)
}

/// Callers that one click fills in.
fn suggestions(fields: &Fields<'_>) -> Html {
    let Fields { form, offer, change, miss, missed } = fields;
    let issuer = form.text(Field::Issuer, offer);
    let admitted = offer.admitted.iter().find(|known| known.issuer == issuer).or(offer.admitted.first());
    let account = |(namespace, name): &(String, String)| {
        let (own, of) = (name.clone(), namespace.clone());
        let take = change.reform(move |_: MouseEvent| FormAction::Account(of.clone(), own.clone()));
        html!(<button onclick={take}>{format!("{namespace}/{name}")}</button>)
    };
    let accounts = if form.is_pod(offer) { offer.accounts.as_slice() } else { &[] };
    let first = if admitted.is_none() && accounts.is_empty() { "These documents let no token in that could be an example." } else { "Try" };
    html! {
        <div class="suggestions">
            <span>{first}</span>
            if let Some(known) = admitted {
                <button onclick={{ let known = known.clone(); change.reform(move |_: MouseEvent| FormAction::Took(known.clone())) }}>
                    {"an example that gets in"}
                </button>
                <button onclick={miss.reform(|_: MouseEvent| ())}>{"a near miss"}</button>
            }
            {for accounts.iter().take(4).map(account)}
            <span class="missed" role="status">{*missed}</span>
        </div>
    }
}

/// Further claims, for conditions on them.
fn claims(form: &Form, change: &Callback<FormAction>) -> Html {
    let claim = |(at, (name, value)): (usize, &(String, String))| {
        let field = |label: String, hint: &'static str, text: &String, set: Callback<InputEvent>| {
            html! {
                <input type="text" aria-label={label} placeholder={hint} value={text.clone()} autocomplete="off" autocapitalize="off" spellcheck="false" oninput={set} />
            }
        };
        html! {
            <div class="claim">
                {field(format!("Name of claim {}", at + 1), "claim", name, typed(change.reform(move |text| FormAction::ClaimNamed(at, text))))}
                {field(format!("Value of claim {}", at + 1), "value", value, typed(change.reform(move |text| FormAction::ClaimSet(at, text))))}
                <button class="remove" aria-label={format!("Remove claim {}", at + 1)} onclick={change.reform(move |_: MouseEvent| FormAction::ClaimRemoved(at))}>{"×"}</button>
            </div>
        }
    };
    html! {
        <div class="claims">
            {for form.claims.iter().enumerate().map(claim)}
            <button class="quiet" onclick={change.reform(|_: MouseEvent| FormAction::ClaimAdded)}>{"+ another claim"}</button>
        </div>
    }
}
