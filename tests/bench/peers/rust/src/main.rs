//! The cases of tests/bench with the crates `measured` and `prometheus`: bench LIBRARY CASE prints one JSON line.

mod inputs;
mod windows;

use inputs::*;

mod with_measured {
    use super::*;
    use measured::metric::histogram::Thresholds;
    use measured::text::BufferedTextEncoder;
    use measured::{Counter, CounterVec, FixedCardinalityLabel, Histogram, HistogramVec, LabelGroup, MetricGroup};
    use lasso::ThreadedRodeo;

    #[derive(FixedCardinalityLabel, Copy, Clone)]
    enum Method { Get, Head, Post, Put, Remove, Patch, Options, Trace }
    #[derive(FixedCardinalityLabel, Copy, Clone)]
    enum Code { Ok, Moved, Refused, Failed }

    #[derive(LabelGroup)]
    #[label(set = DenseSet)]
    struct Dense { method: Method, code: Code }

    #[derive(LabelGroup)]
    #[label(set = TwoSet)]
    struct Two<'a> {
        #[label(dynamic_with = ThreadedRodeo)]
        method: &'a str,
        #[label(dynamic_with = ThreadedRodeo)]
        path: &'a str,
    }
    #[derive(LabelGroup)]
    #[label(set = ThreeSet)]
    struct Three<'a> {
        #[label(dynamic_with = ThreadedRodeo)]
        method: &'a str,
        #[label(dynamic_with = ThreadedRodeo)]
        path: &'a str,
        #[label(dynamic_with = ThreadedRodeo)]
        host: &'a str,
    }
    fn three() -> ThreeSet {
        ThreeSet { method: ThreadedRodeo::new(), path: ThreadedRodeo::new(), host: ThreadedRodeo::new() }
    }

    #[derive(MetricGroup)]
    struct Metrics {
        /// Requests.
        bench_requests: CounterVec<ThreeSet>,
        /// Time.
        bench_seconds: HistogramVec<ThreeSet, 12>,
    }

    pub fn run(case: &str, threads: usize) {
        match case {
            "increment" => {
                let c = Counter::new();
                operation("measured", threads, |_, _| c.inc());
            }
            "dense" => {
                const METHODS: [Method; 8] = [Method::Get, Method::Head, Method::Post, Method::Put,
                    Method::Remove, Method::Patch, Method::Options, Method::Trace];
                const CODES: [Code; 4] = [Code::Ok, Code::Moved, Code::Refused, Code::Failed];
                let c: CounterVec<DenseSet> = CounterVec::new();
                let pick = picks(32);
                operation("measured", threads, |_, i| {
                    let p = pick[i % 1024] as usize;
                    c.inc(Dense { method: METHODS[p / 4], code: CODES[p % 4] });
                });
            }
            "lookup" => {
                let c = CounterVec::with_label_set(TwoSet { method: ThreadedRodeo::new(), path: ThreadedRodeo::new() });
                let names: Vec<(String, String)> = picks(1000).into_iter().map(|p| (method(p), path(p))).collect();
                for i in 0..1000 {
                    c.inc(Two { method: &method(i), path: &path(i) });
                }
                operation("measured", threads, |_, i| {
                    let (m, p) = &names[i % 1024];
                    c.inc(Two { method: m, path: p });
                });
            }
            "observe" => {
                let h = Histogram::with_metadata(Thresholds::<12>::exponential_buckets(0.005, 2.0));
                let v = values();
                operation("measured", threads, |_, i| h.observe(v[i % 1024]));
            }
            "exposition" => {
                let metrics = Metrics {
                    bench_requests: CounterVec::with_label_set(three()),
                    bench_seconds: HistogramVec::with_label_set_and_metadata(three(), Thresholds::exponential_buckets(0.005, 2.0)),
                };
                for i in 0..100_000u32 {
                    metrics.bench_requests.inc_by(
                        Three { method: &method(i), path: &route(i), host: &host(i) }, 100_000_000 + i as u64 * 7919);
                }
                let v = values();
                for i in 0..1000 {
                    for n in 0..100 {
                        metrics.bench_seconds.observe(
                            Three { method: &method(i), path: &route(i), host: &host(i) }, v[(i as usize * 7 + n) % 1024]);
                    }
                }
                let mut encoder = BufferedTextEncoder::new();
                time_scrapes("measured", || {
                    metrics.collect_group_into(&mut encoder).unwrap();
                    encoder.finish().len()
                });
            }
            "memory" => {
                let c = CounterVec::with_label_set(three());
                fill("measured", |i| c.inc(Three { method: &method(i), path: &route(i), host: &host(i) }));
            }
            _ => {}
        }
    }
}

mod with_prometheus {
    use super::*;
    use prometheus::{Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry, TextEncoder};

    fn bounds() -> Vec<f64> {
        (0..12).map(|i| 0.005 * (1 << i) as f64).collect()
    }

    pub fn run(case: &str, threads: usize) {
        let labels = ["method", "path", "host"];
        match case {
            "increment" => {
                let c = IntCounter::new("bench_total", "Operations.").unwrap();
                operation("rust prometheus", threads, |_, _| c.inc());
            }
            "lookup" => {
                let c = IntCounterVec::new(Opts::new("bench_total", "Operations."), &["method", "path"]).unwrap();
                let names: Vec<(String, String)> = picks(1000).into_iter().map(|p| (method(p), path(p))).collect();
                for i in 0..1000 {
                    c.with_label_values(&[&method(i), &path(i)]).inc();
                }
                operation("rust prometheus", threads, |_, i| {
                    let (m, p) = &names[i % 1024];
                    c.with_label_values(&[m, p]).inc();
                });
            }
            "observe" => {
                let h = Histogram::with_opts(HistogramOpts::new("bench_seconds", "Time.").buckets(bounds())).unwrap();
                let v = values();
                operation("rust prometheus", threads, |_, i| h.observe(v[i % 1024]));
            }
            "exposition" => {
                let registry = Registry::new();
                let c = IntCounterVec::new(Opts::new("bench_requests_total", "Requests."), &labels).unwrap();
                registry.register(Box::new(c.clone())).unwrap();
                for i in 0..100_000u32 {
                    c.with_label_values(&[&method(i), &route(i), &host(i)]).inc_by(100_000_000 + i as u64 * 7919);
                }
                let h = HistogramVec::new(HistogramOpts::new("bench_seconds", "Time.").buckets(bounds()), &labels).unwrap();
                registry.register(Box::new(h.clone())).unwrap();
                let v = values();
                for i in 0..1000 {
                    let one = h.with_label_values(&[&method(i), &route(i), &host(i)]);
                    for n in 0..100 {
                        one.observe(v[(i as usize * 7 + n) % 1024]);
                    }
                }
                let mut out = Vec::new();
                time_scrapes("rust prometheus", || {
                    out.clear();
                    TextEncoder::new().encode(&registry.gather(), &mut out).unwrap();
                    out.len()
                });
            }
            "memory" => {
                let c = IntCounterVec::new(Opts::new("bench_requests_total", "Requests."), &labels).unwrap();
                fill("rust prometheus", |i| c.with_label_values(&[&method(i), &route(i), &host(i)]).inc());
            }
            _ => {}
        }
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [library, case] = words.as_slice() else {
        eprintln!("usage: bench measured|prometheus CASE[/THREADS]");
        std::process::exit(2);
    };
    let (name, threads) = match case.split_once('/') {
        Some((name, threads)) => (name, threads.parse().unwrap()),
        None => (case.as_str(), 1),
    };
    match library.as_str() {
        "measured" => with_measured::run(name, threads),
        _ => with_prometheus::run(name, threads),
    }
}
