//! Starts the binary in a folder of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with files, and the binary run in it.
pub struct Bench {
    folder: TempDir,
}

/// What a run left behind.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A trust policy of one statement that lets in these subjects (`StringLike`), for the default audience.
pub fn policy(subject: &str) -> String {
    let issuer = "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";
    format!(
        r#"{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Effect": "Allow",
      "Principal": {{ "Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}" }},
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {{
        "StringEquals": {{ "{issuer}:aud": "sts.amazonaws.com" }},
        "StringLike": {{ "{issuer}:sub": "{subject}" }}
      }}
    }}
  ]
}}
"#
    )
}

/// Lets in every ServiceAccount of a cluster: an error.
pub fn wide() -> String {
    policy("system:serviceaccount:*:*")
}

/// Lets in one ServiceAccount.
pub fn narrow() -> String {
    policy("system:serviceaccount:prod:app")
}

pub const ISSUER: &str = "https://oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";

impl Bench {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let bench = Self { folder: TempDir::new().unwrap() };
        for (path, text) in files {
            bench.write(path, text.as_bytes());
        }
        bench
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_irsa-lint"));
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
            command.env_remove(name);
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    pub fn run_with(&self, args: &[&str], input: &str) -> Ran {
        let mut child = self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// The JSON answer, and the exit status.
    pub fn json(&self, args: &[&str]) -> (serde_json::Value, i32) {
        let ran = self.run(&[args, &["--format", "json"]].concat());
        (serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}{}", ran.out, ran.err)), ran.code)
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// Whether this user can be kept from reading a file (root cannot).
pub fn permissions_count(path: &Path) -> bool {
    std::fs::File::open(path).is_err()
}
