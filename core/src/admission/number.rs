//! Decimal numbers as texts, compared exactly: a condition's number and a claim's are never rounded. Knows no operators.

use std::cmp::Ordering;

/// A decimal number, read where it stands: `-12.50`, `+1`, `.5`, `1e3`.
#[derive(Clone, Copy, Debug)]
pub struct Number<'t> {
    negative: bool,
    /// The digits before the point.
    whole: &'t str,
    /// The digits behind it.
    fraction: &'t str,
    /// By how many digits the point is moved to the right.
    exponent: i32,
}

/// More than any exponent that means something; keeps the sums below from overflowing.
const MOST: i32 = 1 << 20;

impl<'t> Number<'t> {
    /// Reads a number; `None` where the text is none.
    #[must_use]
    pub fn parse(text: &'t str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?.clamp(-MOST, MOST)),
            None => (unsigned, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) && whole.len() + fraction.len() > 0;
        is_number.then_some(Self { negative: text.starts_with('-'), whole, fraction, exponent })
    }

    /// Its digits from the first that is not zero on, without the zeros at the end.
    fn digits(self) -> impl Iterator<Item = u8> {
        let last = match self.fraction.trim_end_matches('0') {
            "" => self.whole.trim_end_matches('0').len(),
            fraction => self.whole.len() + fraction.len(),
        };
        self.whole.bytes().chain(self.fraction.bytes()).take(last).skip_while(|digit| *digit == b'0')
    }

    fn is_zero(self) -> bool {
        self.digits().next().is_none()
    }

    /// The power of ten of its first digit that is not zero.
    fn magnitude(self) -> i32 {
        let zeros = self.whole.bytes().chain(self.fraction.bytes()).take_while(|digit| *digit == b'0').count();
        let before_point = i32::try_from(self.whole.len()).unwrap_or(MOST).min(MOST);
        before_point - i32::try_from(zeros).unwrap_or(MOST).min(MOST) + self.exponent
    }

    /// Without its fraction; `None` where it is too large.
    #[must_use]
    pub fn truncated(self) -> Option<i64> {
        let places = i32::try_from(self.whole.len()).ok()?.saturating_add(self.exponent);
        let digits = self.whole.bytes().chain(self.fraction.bytes()).chain(std::iter::repeat(b'0'));
        let mut digits = digits.take(usize::try_from(places).unwrap_or(0));
        let value = digits.try_fold(0_i64, |value, digit| value.checked_mul(10)?.checked_add(i64::from(digit - b'0')))?;
        Some(if self.negative { -value } else { value })
    }

    /// Which is greater.
    #[must_use]
    pub fn compare(self, other: Self) -> Ordering {
        let sign = |number: Self| if number.is_zero() { 0 } else { 1 - 2 * i32::from(number.negative) };
        let unsigned = || self.magnitude().cmp(&other.magnitude()).then_with(|| self.digits().cmp(other.digits()));
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            1 => unsigned(),
            _ => unsigned().reverse(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_many_spellings() {
        let spellings = [
            &["0", "-0", "0.0", "0e7", "+0", "000", ".0", "0."][..],
            &["1", "1.0", "+1", "01", "10e-1", "0.1e1", "1.", "1E0"],
            &["-12.5", "-012.50", "-125e-1", "-.125e2", "-1.25E+1"],
            &["100", "1e2", "0.001e5", "1000e-1"],
        ];
        for same in spellings {
            for (a, b) in same.iter().flat_map(|a| same.iter().map(move |b| (a, b))) {
                assert_eq!(Number::parse(a).unwrap().compare(Number::parse(b).unwrap()), Ordering::Equal, "{a} {b}");
            }
        }
    }

    #[test]
    fn compares_as_numbers_do() {
        let rising =
            ["-1e30", "-100", "-99.5", "-1", "-0.02", "-0.015", "0", "1e-9", "0.5", "0.51", "1", "9", "10", "10.01", "1700000000", "1e300"];
        for (at, a) in rising.iter().enumerate() {
            for (other, b) in rising.iter().enumerate() {
                assert_eq!(Number::parse(a).unwrap().compare(Number::parse(b).unwrap()), at.cmp(&other), "{a} {b}");
            }
        }
    }

    #[test]
    fn the_fraction_goes() {
        for (text, whole) in
            [("1700000000.75", 1_700_000_000), ("1.7e9", 1_700_000_000), ("-2.5", -2), ("0.9", 0), ("12e-1", 1), ("5e-9", 0)]
        {
            assert_eq!(Number::parse(text).unwrap().truncated(), Some(whole), "{text}");
        }
        assert_eq!(Number::parse("1e30").unwrap().truncated(), None);
    }

    #[test]
    fn what_is_no_number() {
        for text in ["", "-", ".", "e1", "1e", "1.2.3", "0x1", "1 ", "١", "inf", "NaN", "--1", "1e1.5"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }
}
