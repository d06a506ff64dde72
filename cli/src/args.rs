//! The command line as typed, each option with its help text. What it means for a run is decided in [`crate::request`].

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Who can really assume this IAM role, and why can't my pod?
///
/// Reads trust policies, `aws` and `kubectl` output, manifests and Terraform plans, determines which web-identity tokens each role lets in,
/// and reports mistakes. It recognises files by their content, not by their names. It sends nothing anywhere.
#[derive(Debug, Parser)]
#[command(name = "irsa-lint", version, about, long_about, max_term_width = 110, after_help = AFTER_HELP, disable_help_subcommand = true)]
#[command(override_usage = "irsa-lint [check] [OPTIONS] [PATH]...\n       irsa-lint <COMMAND> [OPTIONS] [PATH]...")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub paths: Paths,
    #[command(flatten)]
    pub common: Common,
}

const AFTER_HELP: &str = "\
Exit status: 0 no findings at or above --fail-on; 1 findings, a denied token or a broken chain; 2 a file could not be read, or wrong usage.

Examples:
  irsa-lint .                                   lint what lies here
  terraform show -json plan | irsa-lint -       lint a plan
  irsa-lint who trust.json                      who gets in
  irsa-lint why role.json pod.yaml              why this pod does not";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lint files and folders; the default: `irsa-lint PATH…` does the same
    Check(CheckArgs),
    /// Show who can assume each role: per issuer, with examples
    Who(WhoArgs),
    /// Try one token against a trust policy and show every step
    CanAssume(CanAssumeArgs),
    /// Find out why a pod cannot assume its role: checks the chain, link by link
    Why(WhyArgs),
    /// Show what irsa-lint found in the documents
    Inspect(Paths),
    /// Show a rule's documentation
    Explain {
        /// A rule's id, as printed in brackets in a finding; a family; or `all`
        rule: String,
        /// As a page of Markdown
        #[arg(long)]
        markdown: bool,
    },
    /// List all rules by family, with their severity and whether they have a fix
    Rules {
        /// As a page of Markdown, with the reason of each severity
        #[arg(long)]
        markdown: bool,
    },
}

#[derive(Args, Clone, Debug, Default)]
pub struct Paths {
    /// Files, folders (walked, .gitignore respected), `-` for standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub struct CheckArgs {
    #[command(flatten)]
    pub paths: Paths,
    /// Read newline-delimited JSON {"id", "path", "text"} from standard input, write a line of findings for each
    #[arg(long, conflicts_with = "paths")]
    pub batch: bool,
}

#[derive(Args, Debug)]
pub struct WhoArgs {
    #[command(flatten)]
    pub paths: Paths,
    /// Only this role
    #[arg(long, value_name = "NAME|ARN")]
    pub role: Option<String>,
    /// Read newline-delimited JSON {"id", "policy"} from standard input, write a line of grants for each
    #[arg(long, conflicts_with_all = ["paths", "role"])]
    pub batch: bool,
}

#[derive(Args, Debug)]
pub struct CanAssumeArgs {
    #[command(flatten)]
    pub paths: Paths,
    /// The role, if the documents contain several
    #[arg(long, value_name = "NAME|ARN")]
    pub role: Option<String>,
    #[command(flatten)]
    pub caller: CallerArgs,
    /// Read newline-delimited JSON {"id", "policy", "requests"} from standard input, write a line of decisions for each
    #[arg(long, conflicts_with_all = ["paths", "role", "service_account", "subject", "issuer", "audience", "claim", "token"])]
    pub batch: bool,
}

#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Token")]
pub struct CallerArgs {
    /// The ServiceAccount whose token to try
    #[arg(long, value_name = "NS/NAME", conflicts_with_all = ["subject", "token"])]
    pub service_account: Option<String>,
    /// The token's subject
    #[arg(long, value_name = "SUB", conflicts_with = "token")]
    pub subject: Option<String>,
    /// The token's issuer [default: --cluster-issuer]
    #[arg(long, value_name = "URL", conflicts_with = "token")]
    pub issuer: Option<String>,
    /// The token's audience; repeat it for a list [default: sts.amazonaws.com]
    #[arg(long, value_name = "AUD", conflicts_with = "token")]
    pub audience: Vec<String>,
    /// Another claim in the token; repeat a key for a list
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "token")]
    pub claim: Vec<String>,
    /// Take all claims from a token: a JWT, or its payload as JSON; its signature is not checked
    #[arg(long, value_name = "FILE|-")]
    pub token: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct WhyArgs {
    #[command(flatten)]
    pub paths: Paths,
    /// The ServiceAccount that cannot assume its role
    #[arg(long, value_name = "NS/NAME")]
    pub service_account: Option<String>,
    /// The role that it should assume
    #[arg(long, value_name = "ARN")]
    pub role: Option<String>,
    /// The error that the pod saw
    #[arg(long, value_name = "TEXT|@FILE")]
    pub error: Option<String>,
    /// The pod's token: a JWT, or its payload as JSON; its signature is not checked
    #[arg(long, value_name = "FILE|-")]
    pub token: Option<PathBuf>,
}

/// Options that every command takes.
#[derive(Args, Clone, Debug)]
pub struct Common {
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text, global = true, help_heading = "Report")]
    pub format: Format,
    /// Write the output to a file
    #[arg(long, value_name = "FILE", global = true, help_heading = "Report")]
    pub output: Option<PathBuf>,
    /// Colours; by default only on a terminal, and never if NO_COLOR is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, global = true, help_heading = "Report")]
    pub color: Color,
    /// Only findings: no help, no notes, no summary
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Report")]
    pub quiet: bool,
    /// Also say which files were skipped, and why
    #[arg(short, long, global = true, help_heading = "Report")]
    pub verbose: bool,

    /// Use only these rules or families
    #[arg(long, value_name = "RULE", value_delimiter = ',', global = true, help_heading = "Rules")]
    pub select: Vec<String>,
    /// Do not use these rules or families
    #[arg(long, value_name = "RULE", value_delimiter = ',', global = true, help_heading = "Rules")]
    pub ignore: Vec<String>,
    /// Exit with 1 if there are findings of this severity or above
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Warning, global = true, help_heading = "Rules")]
    pub fail_on: FailOn,
    /// Exit with 2 if something could not be analysed
    #[arg(long, global = true, help_heading = "Rules")]
    pub fail_on_unknown: bool,
    /// Exit with 2 if irsa-lint does not recognise anything in a named file
    #[arg(long, global = true, help_heading = "Rules")]
    pub strict: bool,

    #[command(flatten)]
    pub fixes: Fixes,

    /// The name of standard input in the report
    #[arg(long, value_name = "PATH", global = true, help_heading = "Context")]
    pub stdin_filename: Option<String>,
    /// The kind of documents that do not say what they are (trust-policy, service-account, …)
    #[arg(long, value_name = "KIND", global = true, help_heading = "Context")]
    pub kind: Option<String>,
    /// The AWS account of documents that do not name one
    #[arg(long, value_name = "ID", value_parser = account, global = true, help_heading = "Context")]
    pub account: Option<String>,
    /// The OIDC issuer of the cluster of the Kubernetes objects
    #[arg(long, value_name = "URL", global = true, help_heading = "Context")]
    pub cluster_issuer: Option<String>,
    /// The role of a trust policy that does not name its role; can be repeated
    #[arg(long, value_name = "FILE=ARN", value_parser = role_of, global = true, help_heading = "Context")]
    pub role_of: Vec<(String, String)>,
    /// The configuration file [default: `irsa-lint.toml` in this folder or above, up to the repository's root]
    #[arg(long, value_name = "FILE", global = true, help_heading = "Context")]
    pub config: Option<PathBuf>,
    /// Refuse larger files (suffixes K, M, G; at most 4G)
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = size, global = true, help_heading = "Context")]
    pub max_file_size: u64,
}

/// Which fixes `check` makes.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Fixes")]
pub struct Fixes {
    /// Apply the fixes that let nobody new in, then report what remains; fixed standard input goes to standard output
    #[arg(long, global = true)]
    pub fix: bool,
    /// With --fix or --diff: also apply fixes that let somebody in or are a guess
    #[arg(long, global = true)]
    pub unsafe_fixes: bool,
    /// Change no file, but show what --fix would change, for `git apply` and `patch -p1`; exit with 1 if it would change anything
    #[arg(long, global = true)]
    pub diff: bool,
}

impl Fixes {
    /// Whether any are to be made or shown.
    pub fn wanted(self) -> bool {
        self.fix || self.diff
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Each finding with the source line and the place underlined
    Text,
    /// One line per finding
    Concise,
    /// For machines; the shape is stable
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

/// Spans count in 32 bits.
const LARGEST: u64 = u32::MAX as u64;

fn size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let number: u64 = digits.parse().map_err(|_| "a size is a number with an optional K, M or G".to_owned())?;
    let unit = text.strip_prefix(digits).unwrap_or_default().trim().to_ascii_uppercase();
    let factor = match unit.trim_end_matches('B').trim_end_matches('I') {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return Err(format!("`{unit}` is not a unit of size: use K, M or G")),
    };
    match number.checked_mul(factor) {
        Some(bytes) if bytes <= LARGEST + 1 => Ok(bytes.min(LARGEST)),
        _ => Err("more than 4G cannot be read".to_owned()),
    }
}

fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err("an AWS account id has 12 digits".to_owned())
}

fn role_of(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((file, arn)) if !file.is_empty() && arn.starts_with("arn:") => Ok((file.to_owned(), arn.to_owned())),
        _ => Err("write FILE=ARN, e.g. trust.json=arn:aws:iam::111122223333:role/payments".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_bare_path_is_a_path_and_a_command_is_a_command() {
        let bare = Cli::parse_from(["irsa-lint", "a.json", "--format", "json", "b"]);
        assert!(bare.command.is_none());
        assert_eq!(bare.paths.paths.len(), 2);
        let check = Cli::parse_from(["irsa-lint", "--quiet", "check", "--format", "json", "b"]);
        assert!(check.common.quiet && check.common.format == Format::Json);
        assert!(matches!(check.command, Some(Command::Check(c)) if c.paths.paths.len() == 1));
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("10"), Ok(10));
        assert_eq!(size("2K"), Ok(2048));
        assert_eq!(size("1 GiB"), Ok(1 << 30));
        assert_eq!(size("4G"), Ok(LARGEST));
        assert!(size("5G").is_err() && size("M").is_err() && size("1X").is_err());
    }
}
