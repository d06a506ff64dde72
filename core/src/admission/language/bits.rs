//! Bits in slices of words, without a panic for a bit that isn't there.

/// The positions of the set bits of one word, lowest first.
pub(super) fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (word != 0).then(|| {
            let lowest = word.trailing_zeros() as usize;
            word &= word - 1;
            lowest
        })
    })
}

/// The positions of the set bits of a slice, lowest first.
pub(super) fn indices(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(at, word)| ones(*word).map(move |bit| at * 64 + bit))
}

/// Sets one bit.
pub(super) fn set(words: &mut [u64], bit: usize) {
    if let Some(word) = words.get_mut(bit / 64) {
        *word |= 1 << (bit % 64);
    }
}

/// Is the bit set?
pub(super) fn test(words: &[u64], bit: usize) -> bool {
    words.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

/// A cleared set of `bits` bits.
pub(super) fn none(bits: usize) -> Vec<u64> {
    vec![0; bits.div_ceil(64).max(1)]
}
