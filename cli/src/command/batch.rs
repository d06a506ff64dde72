//! The batch forms: newline-delimited JSON in, a line out for each line in, in order. Lines that are there already are answered together, on
//! all cores; a program that asks one question at a time gets each answer at once.

use std::io::{self, BufRead, BufReader, Read, Write};

use anyhow::{Context as _, Result};
use irsa_lint_core::admission::Issuers;
use irsa_lint_core::engine::batch::Line;
use irsa_lint_core::engine::{Engine, InOrder, schedule};
use irsa_lint_core::report::batch;

use crate::schedule::Cores;
use crate::session::{Exit, Session};

/// Lines answered together at most.
const TOGETHER: usize = 4096;
const BUFFER: usize = 1 << 20;

/// `check --batch`.
pub fn check(session: &Session) -> Result<Exit> {
    let engine = Engine { schedule: &InOrder, ..session.engine() };
    lines(session, |line| written(engine.check_line(line), batch::diagnostics))
}

/// `who --batch`.
pub fn who(session: &Session) -> Result<Exit> {
    let engine = session.engine();
    let issuers = Issuers::new(engine.catalogue);
    lines(session, |line| written(engine.who_line(line, &issuers), batch::grants))
}

/// `can-assume --batch`.
pub fn can_assume(session: &Session) -> Result<Exit> {
    let engine = session.engine();
    lines(session, |line| written(engine.can_assume_line(line), batch::decisions))
}

/// A line to write, and whether the line read was a question.
fn written<T>(line: Line<T>, write: fn(Line<T>) -> String) -> (String, bool) {
    let is_question = line.answer.is_ok();
    (write(line), is_question)
}

fn lines(session: &Session, answer: impl Fn(&[u8]) -> (String, bool) + Sync) -> Result<Exit> {
    let mut input = BufReader::with_capacity(BUFFER, io::stdin().lock());
    let mut output: Box<dyn Write> = match &session.common.output {
        Some(path) => Box::new(std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?),
        None => Box::new(io::stdout().lock()),
    };
    let mut exit = Exit::Clean;
    loop {
        let asked = waiting(&mut input).context("cannot read standard input")?;
        if asked.is_empty() {
            return Ok(exit);
        }
        let answers = schedule::map(&Cores, asked.len(), |index| asked.get(index).map(|line| answer(line)));
        let mut text = String::new();
        for (line, is_question) in answers.into_iter().flatten() {
            text.push_str(&line);
            text.push('\n');
            exit = if is_question { exit } else { Exit::Broken };
        }
        match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(exit),
            outcome => outcome.context("cannot write the answers")?,
        }
    }
}

/// The next line, and those behind it that have come in whole.
fn waiting(input: &mut BufReader<impl Read>) -> io::Result<Vec<Vec<u8>>> {
    let mut lines = Vec::new();
    while lines.len() < TOGETHER && (lines.is_empty() || memchr::memchr(b'\n', input.buffer()).is_some()) {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.ends_with(b"\n") {
            line.pop();
        }
        lines.push(line);
    }
    Ok(lines)
}
