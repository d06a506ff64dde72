//! How work that falls into independent pieces is done. Core starts no threads: a face that has some hands in its own schedule.

/// Runs independent tasks, in any order, perhaps at once.
pub trait Schedule: Sync {
    /// Calls `task` once with each number below `tasks` and returns when all are done.
    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync));
}

/// One after the other, on the caller's thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct InOrder;

impl Schedule for InOrder {
    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        (0..tasks).for_each(task);
    }
}

/// The results of independent tasks, in order.
pub fn map<T: Send + Sync>(schedule: &dyn Schedule, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let results: Vec<std::sync::OnceLock<T>> = (0..tasks).map(|_| std::sync::OnceLock::new()).collect();
    schedule.run(tasks, &|index| {
        if let Some(slot) = results.get(index) {
            slot.get_or_init(|| task(index));
        }
    });
    results.into_iter().filter_map(std::sync::OnceLock::into_inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order() {
        assert_eq!(map(&InOrder, 3, |i| i * 2), [0, 2, 4]);
    }
}
