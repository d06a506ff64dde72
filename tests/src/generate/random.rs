//! A small random generator (SplitMix64, Steele et al. 2014): the same numbers for the same seed on every machine.

/// The state of the generator.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator that always gives the same numbers for this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below the limit; 0 where the limit is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(1).max(1);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    /// Yes so many times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these; the list must not be empty.
    #[expect(clippy::indexing_slicing, reason = "an empty list is a mistake in a test, which may stop the test")]
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// One of these, each as often as its weight says.
    pub fn weighted<T: Copy>(&mut self, list: &[(usize, T)]) -> T {
        let mut left = self.below(list.iter().map(|(weight, _)| weight).sum());
        for (weight, value) in list {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return *value,
            }
        }
        self.pick(list).1
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn is_the_same_for_the_same_seed() {
        let numbers = |seed| (0..4).map(|_| Random::new(seed).below(1000)).collect::<Vec<_>>();
        assert_eq!(numbers(7), numbers(7));
        let mut random = Random::new(1);
        let drawn: Vec<u8> = (0..200).map(|_| random.weighted(&[(1, 0), (3, 1), (0, 2)])).collect();
        let ones = drawn.iter().filter(|drawn| **drawn == 1).count();
        assert!((100..200).contains(&ones) && !drawn.contains(&2));
    }
}
