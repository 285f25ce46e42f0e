//! Where values lie: their median, and the shift between the arms in ms.

use super::Pair;

/// The median of the values that are finite; `None` if there is none. Unlike the quantiles of an
/// [`super::ArmSample`] it takes negative values too: the measured effect of a throttle that did
/// nothing is one.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut finite: Vec<f64> = values
        .into_iter()
        .filter(|value| value.is_finite())
        .collect();
    (!finite.is_empty()).then(|| median_in(&mut finite))
}

/// The median of values in any order, which it leaves in another; they must not be empty.
pub(super) fn median_in(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let odd = values.len() % 2 == 1;
    let (lower, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if odd {
        upper
    } else {
        f64::midpoint(
            lower.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            upper,
        )
    }
}

/// The Hodges-Lehmann estimate of the shift, candidate less baseline: the median of all Walsh
/// averages `(d_i + d_j) / 2`, `i <= j`, of the paired differences (J. L. Hodges and E. L. Lehmann,
/// "Estimates of location based on rank tests", Annals of Mathematical Statistics 34, 1963).
/// `None` without pairs.
///
/// Exact for any number of pairs, without building the n (n + 1) / 2 averages: the wanted sum is
/// found by bisection over the doubles, and how many sums are at most a given one is counted in
/// one pass over the sorted differences.
pub fn hodges_lehmann_shift(pairs: &[Pair]) -> Option<f64> {
    let mut differences: Vec<f64> = pairs
        .iter()
        .map(|pair| pair.candidate() - pair.baseline())
        .collect();
    differences.sort_by(f64::total_cmp);
    let (smallest, largest) = (*differences.first()?, *differences.last()?);
    let n = differences.len();
    let averages = n * (n + 1) / 2;
    let sum_of_rank = |rank| {
        let reached = |sum| walsh_sums_up_to(&differences, sum) >= rank;
        smallest_double(2.0 * smallest, 2.0 * largest, reached)
    };
    let lower = sum_of_rank(averages.div_ceil(2));
    let upper = if averages.is_multiple_of(2) {
        sum_of_rank(averages / 2 + 1)
    } else {
        lower
    };
    Some((lower + upper) / 4.0)
}

/// How many sums `d_i + d_j`, `i <= j`, of sorted differences are at most `limit`.
fn walsh_sums_up_to(sorted: &[f64], limit: f64) -> usize {
    let mut end = sorted.len();
    let mut count = 0;
    for (start, smaller) in sorted.iter().enumerate() {
        while end > start && smaller + sorted[end - 1] > limit {
            end -= 1;
        }
        if end == start {
            break;
        }
        count += end - start;
    }
    count
}

/// The smallest double from `lo` to `hi` for which a condition holds that holds at `hi` and, once
/// it holds, goes on to.
fn smallest_double(lo: f64, hi: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut below, mut reached) = (order_of(lo), order_of(hi));
    while below < reached {
        let middle = below.midpoint(reached);
        if holds(double_at(middle)) {
            reached = middle;
        } else {
            below = middle + 1;
        }
    }
    double_at(reached)
}

const SIGN: u64 = 1 << 63;

/// The place of a double among all doubles in ascending order (IEEE 754, totalOrder).
fn order_of(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// The double at such a place.
fn double_at(order: u64) -> f64 {
    f64::from_bits(if order & SIGN == 0 {
        !order
    } else {
        order & !SIGN
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(values: &[(f64, f64)]) -> Vec<Pair> {
        values
            .iter()
            .map(|(b, c)| Pair::new(Some(*b), Some(*c), 1e6).unwrap())
            .collect()
    }

    /// The definition, all averages written out.
    fn by_definition(pairs: &[Pair]) -> f64 {
        let d: Vec<f64> = pairs.iter().map(|p| p.candidate() - p.baseline()).collect();
        let mut averages: Vec<f64> = (0..d.len())
            .flat_map(|i| (i..d.len()).map(move |j| (i, j)))
            .map(|(i, j)| f64::midpoint(d[i], d[j]))
            .collect();
        averages.sort_by(f64::total_cmp);
        let middle = averages.len() / 2;
        if averages.len() % 2 == 1 {
            averages[middle]
        } else {
            f64::midpoint(averages[middle - 1], averages[middle])
        }
    }

    #[test]
    fn medians_of_odd_and_even_samples_and_of_what_is_no_number() {
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([4.0, f64::NAN, 1.0, -3.0, 2.0]), Some(1.5));
        assert_eq!(median([f64::NAN, f64::INFINITY]), None);
        assert_eq!(median([]), None);
    }

    #[test]
    fn known_shifts() {
        assert_eq!(hodges_lehmann_shift(&[]), None);
        assert_eq!(hodges_lehmann_shift(&pairs(&[(100.0, 150.0)])), Some(50.0));
        // Differences 1, 2, 10: averages 1, 1.5, 2, 5.5, 6, 10.
        let three = pairs(&[(10.0, 11.0), (10.0, 12.0), (10.0, 20.0)]);
        assert_eq!(hodges_lehmann_shift(&three), Some(3.75));
        let equal = pairs(&[(7.0, 7.0); 20]);
        assert_eq!(hodges_lehmann_shift(&equal), Some(0.0));
    }

    #[test]
    fn a_large_sample_is_exact_and_needs_no_table_of_averages() {
        // Differences 1, 2, ..., 20001: symmetric about 10001.
        let many: Vec<(f64, f64)> = (1..=20_001)
            .map(|i| (1000.0, 1000.0 + f64::from(i)))
            .collect();
        assert_eq!(hodges_lehmann_shift(&pairs(&many)), Some(10_001.0));
    }

    proptest! {
        #[test]
        fn bisection_agrees_with_the_definition(
            values in prop::collection::vec((1.0..500.0f64, 1.0..500.0f64), 1..40),
        ) {
            let pairs = pairs(&values);
            let shift = hodges_lehmann_shift(&pairs).unwrap();
            prop_assert!((shift - by_definition(&pairs)).abs() < 1e-9);
        }

        #[test]
        fn swapped_arms_shift_the_other_way(
            values in prop::collection::vec((1.0..500.0f64, 1.0..500.0f64), 1..40),
        ) {
            let swapped: Vec<_> = values.iter().map(|(b, c)| (*c, *b)).collect();
            let there = hodges_lehmann_shift(&pairs(&values)).unwrap();
            let back = hodges_lehmann_shift(&pairs(&swapped)).unwrap();
            prop_assert!((there + back).abs() < 1e-9);
        }
    }
}
