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
    pub fn role_account(&self, _index: usize) -> Option<&str> {
        self.settings.account.as_deref()
    }
}
impl Estate {
    pub fn role_arn(&self, index: usize) -> Option<SmolStr> {
        self.documents.roles.get(index).and_then(|r| r.arn.value().cloned())
    }
    pub fn client_ids(&self, _index: usize, _issuer: &str) -> Option<Vec<SmolStr>> {
        None
    }
}
