//! What several answers have in common: places, roles, what could not be analysed.

use std::fmt::Display;

use serde::{Serialize, Serializer};

use crate::document::model::{Broken, NotAnalysed, Place};
use crate::engine::answer::RoleRef;
use crate::report::{Places, Point, Run};
use crate::source::Span;
use crate::syntax::Pointer;

/// A place in a file.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PointJson {
    line: u32,
    column: u32,
    offset: u64,
}

impl From<Point> for PointJson {
    fn from(point: Point) -> Self {
        Self { line: point.position.line, column: point.position.column, offset: point.offset }
    }
}

/// A value that goes out as its `Display` has it.
#[derive(Debug)]
pub struct Shown<'a, T>(pub &'a T);

impl<T> Clone for Shown<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Shown<'_, T> {}

impl<T: Display> Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}

/// A stretch of a file.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LocationJson<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<Shown<'a, Pointer>>,
    start: PointJson,
    end: PointJson,
}

impl<'a> LocationJson<'a> {
    /// With the pointer into the document.
    pub fn of(places: &Places<'a>, place: &'a Place) -> Self {
        Self { pointer: Some(Shown(&place.pointer)), ..Self::of_span(places, place.span) }
    }

    /// Of bytes alone, as edits are.
    pub fn of_span(places: &Places<'a>, span: Span) -> Self {
        Self { path: places.path(span), pointer: None, start: places.start(span).into(), end: places.end(span).into() }
    }

    /// Of one point in a file that is not part of the run.
    fn at(path: &'a str, point: Point) -> Self {
        Self { path, pointer: None, start: point.into(), end: point.into() }
    }
}

/// Which role.
#[derive(Debug, Serialize)]
pub struct RoleJson<'a> {
    address: Option<&'a str>,
    name: Option<&'a str>,
    arn: Option<&'a str>,
    account: Option<&'a str>,
    location: LocationJson<'a>,
}

impl<'a> RoleJson<'a> {
    /// Named as in the answer.
    pub fn of(places: &Places<'a>, role: &'a RoleRef) -> Self {
        Self {
            address: role.address.as_deref(),
            name: role.name.as_deref(),
            arn: role.arn.as_deref(),
            account: role.account.as_deref(),
            location: LocationJson::of(places, &role.place),
        }
    }
}

/// Something that could not be analysed.
#[derive(Debug, Serialize)]
pub struct NotAnalysedJson<'a> {
    location: LocationJson<'a>,
    message: &'a str,
}

impl<'a> NotAnalysedJson<'a> {
    /// All of them.
    pub fn all(places: &Places<'a>, list: &'a [NotAnalysed]) -> Vec<Self> {
        list.iter().map(|n| Self { location: LocationJson::of(places, &n.place), message: &n.message }).collect()
    }
}

/// Something that is broken or could not be read.
#[derive(Debug, Serialize)]
pub struct ErrorJson<'a> {
    path: Option<&'a str>,
    location: Option<LocationJson<'a>>,
    message: &'a str,
}

impl<'a> ErrorJson<'a> {
    /// Inputs that could not be read, then what is broken in those that could.
    pub fn all(run: &Run<'a>, broken: &'a [Broken]) -> Vec<Self> {
        let unread = run.unread.iter().map(|unread| Self {
            path: Some(&unread.path),
            location: unread.at.map(|at| LocationJson::at(&unread.path, at)),
            message: &unread.message,
        });
        unread.chain(Self::broken(run.places, broken)).collect()
    }

    /// What is broken.
    pub fn broken(places: &Places<'a>, broken: &'a [Broken]) -> impl Iterator<Item = Self> {
        broken.iter().map(|broken| {
            let location = broken.place.as_ref().map(|place| LocationJson::of(places, place));
            Self { path: location.map(|l| l.path), location, message: &broken.message }
        })
    }
}
