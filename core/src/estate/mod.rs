//! Stand-in.
#![allow(missing_docs)]
use crate::document::model::Documents;
use crate::source::FileId;
use smol_str::SmolStr;
#[derive(Debug)]
pub struct Estate {
    pub documents: Documents,
    pub settings: EstateSettings,
}
#[derive(Debug, Default)]
pub struct EstateSettings {
    pub account: Option<SmolStr>,
    pub cluster_issuer: Option<SmolStr>,
    pub role_of: Vec<(FileId, SmolStr)>,
}
impl Estate {
    pub fn link(documents: Documents, settings: EstateSettings) -> Self {
        Self { documents, settings }
    }
    pub fn role_name(&self, index: usize) -> String {
        self.documents.roles.get(index).and_then(|r| r.name.value()).map_or("the role".into(), |n| format!("role `{n}`"))
    }
    pub fn role_account(&self, index: usize) -> Option<&str> {
        let stated = self.documents.roles.get(index).and_then(|r| r.arn.value());
        let of_arn = stated.and_then(|arn| crate::policy::Arn::parse(arn)).map(|arn| arn.account);
        of_arn.or(self.settings.account.as_deref())
    }
}
