//! Runs irsa-lint and its yardsticks by turns, whole processes, and prints medians, ratios and peak memory. Exit 1 if an aim is missed.
//! Ratios, not times, since machines differ and are busy.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// One comparison.
struct Case {
    name: &'static str,
    input: &'static str,
    yardstick: Yardstick,
    /// The ratio to stay below.
    aim: f64,
    /// The multiple of the input's size that memory must stay below.
    memory: Option<f64>,
}

enum Yardstick {
    /// One of ours, without an argument.
    Bare(&'static str),
    /// One of ours, given the input.
    On(&'static str),
    /// ripgrep, counting a word in the input.
    Ripgrep(&'static str),
}

const CASES: [Case; 5] = [
    Case { name: "one small file", input: "policy.json", yardstick: Yardstick::Bare("hello"), aim: 3.0, memory: None },
    Case { name: "10,000 policies", input: "policies", yardstick: Yardstick::Ripgrep("Statement"), aim: 2.0, memory: None },
    Case { name: "10,000 ServiceAccounts", input: "accounts.yaml", yardstick: Yardstick::On("yaml_events"), aim: 2.5, memory: None },
    Case { name: "plan", input: "plan.json", yardstick: Yardstick::On("json_value"), aim: 0.5, memory: Some(3.0) },
    Case { name: "account dump", input: "dump.json", yardstick: Yardstick::On("json_value"), aim: 0.5, memory: Some(3.0) },
];

const RUNS: usize = 7;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let (Some(irsa_lint), Some(inputs), Some(yardsticks)) = (args.next(), args.next(), args.next()) else {
        eprintln!("ratios IRSA_LINT INPUTS YARDSTICKS [part of a case's name]");
        return ExitCode::from(2);
    };
    let only = args.next().and_then(|only| only.into_string().ok()).unwrap_or_default();
    let mut missed = false;
    for case in CASES.iter().filter(|case| case.name.contains(&only)) {
        let input = Path::new(&inputs).join(case.input);
        let ours = vec![irsa_lint.clone(), "check".into(), "--format".into(), "json".into(), input.clone().into()];
        let theirs = command(&case.yardstick, Path::new(&yardsticks), &input);
        missed |= !compare(case, &ours, &theirs, &input);
    }
    ExitCode::from(u8::from(missed))
}

fn command(yardstick: &Yardstick, folder: &Path, input: &Path) -> Vec<OsString> {
    match yardstick {
        Yardstick::Bare(name) => vec![folder.join(name).into()],
        Yardstick::On(name) => vec![folder.join(name).into(), input.into()],
        Yardstick::Ripgrep(word) => vec!["rg".into(), "-c".into(), word.into(), input.into()],
    }
}

/// Measures and prints; whether the aims are met.
fn compare(case: &Case, ours: &[OsString], theirs: &[OsString], input: &Path) -> bool {
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let (Some(our), Some(their)) = (time(ours), time(theirs)) else {
            println!("{:<24} LEFT OUT: {} or {} cannot be run", case.name, ours[0].display(), theirs[0].display());
            return true;
        };
        // The first run warms up.
        if run > 0 {
            our_times.push(our);
            their_times.push(their);
        }
    }
    let (our, their) = (median(our_times), median(their_times));
    let ratio = our.as_secs_f64() / their.as_secs_f64();
    let size = std::fs::metadata(input).map_or(0, |m| m.len()) as f64;
    let memory = case.memory.zip(peak(ours)).map(|(aim, peak)| (peak as f64 / size, aim));
    let met = ratio <= case.aim && memory.is_none_or(|(times, aim)| times <= aim);
    let memory = memory.map(|(times, aim)| format!(", memory {times:.1} × the file (aim {aim})")).unwrap_or_default();
    let verdict = if met { "" } else { "  MISSED" };
    println!(
        "{:<24} {:>7.1} ms against {:>7.1} ms: {ratio:.2} (aim {}){memory}{verdict}",
        case.name,
        our.as_secs_f64() * 1e3,
        their.as_secs_f64() * 1e3,
        case.aim
    );
    met
}

fn quiet(command: &[OsString]) -> Option<Command> {
    let (program, args) = command.split_first()?;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Some(command)
}

/// How long a process takes; `None` if it cannot be run or fails otherwise than by finding something.
fn time(command: &[OsString]) -> Option<Duration> {
    let began = Instant::now();
    let status = quiet(command)?.status().ok()?;
    matches!(status.code(), Some(0 | 1)).then(|| began.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The most memory that a process held, in bytes, as Linux tells it while the process runs.
fn peak(command: &[OsString]) -> Option<u64> {
    let mut child = quiet(command)?.spawn().ok()?;
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut most = None;
    while child.try_wait().ok()?.is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        most = most.max(kilobytes.map(|kb| kb * 1024));
        std::thread::sleep(Duration::from_micros(300));
    }
    most
}
