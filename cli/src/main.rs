//! The command line: parse, run, exit. This is the only crate that touches files, environment and terminal.

mod args;
mod command;
mod config;
mod diff;
mod discover;
mod replace;
mod report;
mod schedule;
mod session;
mod token;

use std::process::ExitCode;

use args::{Cli, Command};
use clap::Parser as _;
use session::{Exit, Session};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            session::complain(&format!("irsa-lint: {error:#}\n"));
            ExitCode::from(Exit::Broken as u8)
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Exit> {
    let session = Session::new(cli.common)?;
    let checks = match &cli.command {
        None => true,
        Some(Command::Check(args)) => !args.batch,
        Some(_) => false,
    };
    session.check_fixes(checks)?;
    match cli.command {
        None => command::check::run(&session, &cli.paths),
        Some(Command::Check(args)) if args.batch => command::batch::check(&session),
        Some(Command::Check(args)) => command::check::run(&session, &args.paths),
        Some(Command::Who(args)) if args.batch => command::batch::who(&session),
        Some(Command::Who(args)) => command::who::run(&session, &args),
        Some(Command::CanAssume(args)) if args.batch => command::batch::can_assume(&session),
        Some(Command::CanAssume(args)) => command::can_assume::run(&session, &args),
        Some(Command::Why(args)) => command::why::run(&session, &args),
        Some(Command::Inspect(paths)) => command::inspect::run(&session, &paths),
        Some(Command::Explain { rule, markdown }) => command::explain::run(&session, &rule, markdown),
        Some(Command::Rules { markdown }) => command::rules::run(&session, markdown),
    }
}
