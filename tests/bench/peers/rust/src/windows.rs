//! Time of one operation in windows that were not disturbed; the method of tests/bench/windows.hpp.

use std::sync::atomic::{AtomicUsize, Ordering};

struct Window {
    begin: i64,
    end: i64,
    good: bool,
}

pub fn clock(which: libc::clockid_t) -> i64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(which, &mut t) };
    t.tv_sec * 1_000_000_000 + t.tv_nsec
}

fn stay_on(thread: usize) {
    unsafe {
        let mut allowed: libc::cpu_set_t = std::mem::zeroed();
        libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut allowed);
        let cpus: Vec<usize> = (0..1024).filter(|&c| libc::CPU_ISSET(c, &allowed)).collect();
        if thread < cpus.len() {
            let mut one: libc::cpu_set_t = std::mem::zeroed();
            libc::CPU_SET(cpus[thread], &mut one);
            libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &one);
        }
    }
}

/// Nanoseconds of an operation as one thread sees it, and the windows that counted.
pub fn measure(threads: usize, op: impl Fn(usize, usize) + Sync) -> (f64, usize) {
    let nanoseconds = if threads == 1 { 200_000_000 } else { 600_000_000 };
    let mut batch = 64;
    let mut i = 0;
    loop {
        let begin = clock(libc::CLOCK_THREAD_CPUTIME_ID);
        for _ in 0..batch {
            op(0, i);
            i += 1;
        }
        if clock(libc::CLOCK_THREAD_CPUTIME_ID) - begin > 150_000 {
            break;
        }
        batch *= 2;
    }
    let waiting = AtomicUsize::new(threads);
    let run = |thread: usize| {
        let mut mine = Vec::with_capacity(100_000);
        let mut at = thread * 517;
        waiting.fetch_sub(1, Ordering::SeqCst);
        while waiting.load(Ordering::SeqCst) != 0 {}
        if threads > 1 {
            stay_on(thread);
        }
        let stop = clock(libc::CLOCK_MONOTONIC) + nanoseconds;
        loop {
            let cpu = clock(libc::CLOCK_THREAD_CPUTIME_ID);
            let begin = clock(libc::CLOCK_MONOTONIC);
            for _ in 0..batch {
                op(thread, at);
                at += 1;
            }
            let end = clock(libc::CLOCK_MONOTONIC);
            let used = clock(libc::CLOCK_THREAD_CPUTIME_ID) - cpu;
            mine.push(Window { begin, end, good: used as f64 > 0.97 * (end - begin) as f64 });
            if end > stop {
                return mine;
            }
        }
    };
    let seen: Vec<Vec<Window>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|t| scope.spawn(move || run(t))).collect();
        running.into_iter().map(|r| r.join().unwrap()).collect()
    });
    let mut kept = Vec::new();
    for (t, mine) in seen.iter().enumerate() {
        for w in mine.iter().filter(|w| w.good) {
            let together = seen.iter().enumerate().all(|(o, other)| {
                let from = other.partition_point(|x| x.end <= w.begin);
                let covered: i64 = other[from..]
                    .iter()
                    .take_while(|x| x.begin < w.end)
                    .filter(|x| x.good)
                    .map(|x| w.end.min(x.end) - w.begin.max(x.begin))
                    .sum();
                o == t || covered as f64 > 0.85 * (w.end - w.begin) as f64
            });
            if together {
                kept.push((w.end - w.begin) as f64 / batch as f64);
            }
        }
    }
    if kept.len() < 15 {
        return (f64::NAN, kept.len());
    }
    kept.sort_by(f64::total_cmp);
    (kept[kept.len() / 2], kept.len())
}
