//! The inputs of tests/bench/cases.hpp.

pub fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}
const SEED: u64 = 88172645463325252;

pub fn picks(n: u64) -> Vec<u32> {
    let mut state = SEED;
    (0..1024).map(|_| (random(&mut state) % n) as u32).collect()
}
pub fn values() -> Vec<f64> {
    let mut state = SEED;
    (0..1024)
        .map(|_| {
            let r = random(&mut state);
            0.0025 * (1u64 << (r % 13)) as f64 * (1.0 + (r >> 40) as f64 / 16777216.0)
        })
        .collect()
}
pub fn method(i: u32) -> String {
    format!("method-{}", i % 10)
}
pub fn path(i: u32) -> String {
    format!("/api/v1/items/{}", i / 10)
}
pub fn route(i: u32) -> String {
    format!("/api/v1/items/{}", i / 10 % 1000)
}
pub fn host(i: u32) -> String {
    format!("host-{}", i / 10000)
}

fn status(field: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|l| l.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// CPU time of the process for a scrape, median of 15.
pub fn time_scrapes(library: &str, mut scrape: impl FnMut() -> usize) {
    scrape();
    let before = status("VmRSS:");
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    scrape();
    let extra = status("VmHWM:") - before;
    let mut bytes = 0;
    let mut ns: Vec<i64> = (0..15)
        .map(|_| {
            let begin = crate::windows::clock(libc::CLOCK_PROCESS_CPUTIME_ID);
            bytes = scrape();
            crate::windows::clock(libc::CLOCK_PROCESS_CPUTIME_ID) - begin
        })
        .collect();
    ns.sort();
    println!(
        "{{\"library\":\"{library}\",\"ns\":{},\"bytes\":{bytes},\"gb_per_s\":{},\"extra_kib\":{extra}}}",
        ns[7],
        bytes as f64 / ns[7] as f64
    );
}

pub fn fill(library: &str, mut insert: impl FnMut(u32)) {
    let series = 1_000_000;
    let before = status("VmRSS:");
    let begin = crate::windows::clock(libc::CLOCK_PROCESS_CPUTIME_ID);
    for i in 0..series {
        insert(i);
    }
    let used = crate::windows::clock(libc::CLOCK_PROCESS_CPUTIME_ID) - begin;
    println!(
        "{{\"library\":\"{library}\",\"ns\":{},\"bytes_per_series\":{}}}",
        used as f64 / series as f64,
        (status("VmRSS:") - before) * 1024.0 / series as f64
    );
}

pub fn operation(library: &str, threads: usize, op: impl Fn(usize, usize) + Sync) {
    let (ns, windows) = crate::windows::measure(threads, op);
    let ns = if ns.is_nan() { "null".to_string() } else { ns.to_string() };
    println!("{{\"library\":\"{library}\",\"ns\":{ns},\"windows\":{windows}}}");
}
