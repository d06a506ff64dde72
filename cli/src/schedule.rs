//! Threads. Few tasks are done on the spot: a pool takes longer to start than a small file takes to check.

use irsa_lint_core::engine::{InOrder, Schedule};
use rayon::prelude::*;

/// On all cores, if there is enough to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cores;

/// Fewer tasks start no threads.
const WORTH_THREADS: usize = 8;

impl Schedule for Cores {
    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        if tasks < WORTH_THREADS {
            return InOrder.run(tasks, task);
        }
        (0..tasks).into_par_iter().for_each(task);
    }
}
