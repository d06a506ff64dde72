//! Sorting lists whose order is no matter of speed: one sort serves all of them, whatever they hold. Each sort of the standard library is
//! made anew for each type, which weighs as much as a rule or two.

use std::cmp::Ordering;

/// Sorts a list; what is equal keeps its order.
pub fn sort_by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let swaps = swaps(list.len(), &|a, b| match (list.get(a), list.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    for (a, b) in swaps {
        list.swap(a, b);
    }
}

/// Sorts a list by what `key` says of each element; what is equal keeps its order.
pub fn sort_by_key<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(list, |a, b| key(a).cmp(&key(b)));
}

/// Sorts a list.
pub fn sort<T: Ord>(list: &mut [T]) {
    sort_by(list, T::cmp);
}

/// The swaps, one after the other, that bring a list into order; `compare` compares two of its elements by their places.
fn swaps(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<(usize, usize)> {
    let mut wanted: Vec<usize> = (0..len).collect();
    wanted.sort_by(|a, b| compare(*a, *b));
    // Which element lies at each place meanwhile, and where each element lies.
    let mut lies: Vec<usize> = (0..len).collect();
    let mut place_of = lies.clone();
    let mut swaps = Vec::new();
    for (place, element) in wanted.into_iter().enumerate() {
        let (Some(&from), Some(&other)) = (place_of.get(element), lies.get(place)) else { continue };
        if from != place {
            swaps.push((place, from));
            lies.swap(place, from);
            place_of.swap(element, other);
        }
    }
    swaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_as_the_standard_library_does() {
        let mut seed = 7_u64;
        for len in 0..200 {
            let mut list: Vec<(u64, usize)> = Vec::new();
            for at in 0..len {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                list.push((seed >> 60, at));
            }
            let (mut expected, mut backwards) = (list.clone(), list.clone());
            expected.sort_by_key(|(key, _)| *key);
            sort_by_key(&mut list, |(key, _)| *key);
            assert_eq!(list, expected);
            backwards.reverse();
            sort(&mut backwards);
            assert_eq!(backwards, expected);
        }
    }
}
