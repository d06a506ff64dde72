//! A set of rows of equal width, each with a number in the order of coming.

use std::hash::Hasher;

use rustc_hash::FxHasher;

pub(super) struct Rows {
    width: usize,
    words: Vec<u64>,
    /// Open addressing: the numbers of rows, a power of two of places.
    table: Vec<u32>,
    len: u32,
}

const FREE: u32 = u32::MAX;

impl Rows {
    pub fn new(width: usize) -> Self {
        Self { width, words: Vec::with_capacity(width * 32), table: vec![FREE; 64], len: 0 }
    }

    pub fn len(&self) -> usize {
        self.len as usize
    }

    pub fn row(&self, number: usize) -> &[u64] {
        self.words.get(number * self.width..(number + 1) * self.width).unwrap_or_default()
    }

    /// The row's number, and whether it is new.
    pub fn insert(&mut self, row: &[u64]) -> (u32, bool) {
        let mask = self.table.len() - 1;
        let mut place = hash(row) & mask;
        loop {
            match self.table.get(place).copied() {
                Some(FREE) | None => break,
                Some(number) if self.row(number as usize) == row => return (number, false),
                Some(_) => place = (place + 1) & mask,
            }
        }
        let number = self.len;
        self.words.extend_from_slice(row);
        self.len += 1;
        if let Some(free) = self.table.get_mut(place) {
            *free = number;
        }
        if self.len as usize * 2 > self.table.len() {
            self.grow();
        }
        (number, true)
    }

    fn grow(&mut self) {
        let mask = self.table.len() * 2 - 1;
        self.table = vec![FREE; mask + 1];
        for number in 0..self.len {
            let mut place = hash(self.row(number as usize)) & mask;
            while self.table.get(place).is_some_and(|taken| *taken != FREE) {
                place = (place + 1) & mask;
            }
            if let Some(free) = self.table.get_mut(place) {
                *free = number;
            }
        }
    }
}

fn hash(row: &[u64]) -> usize {
    let mut hasher = FxHasher::default();
    row.iter().for_each(|word| hasher.write_u64(*word));
    hasher.finish() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_are_one() {
        let mut rows = Rows::new(2);
        for round in 0..2 {
            for at in 0..1000_u64 {
                assert_eq!(rows.insert(&[at % 7, at << 40]), (u32::try_from(at).unwrap(), round == 0));
            }
        }
        assert_eq!((rows.len(), rows.row(9)), (1000, &[2, 9 << 40][..]));
    }

    #[test]
    fn rows_of_no_width_are_one() {
        let mut rows = Rows::new(0);
        assert_eq!((rows.insert(&[]), rows.insert(&[])), ((0, true), (0, false)));
    }
}
