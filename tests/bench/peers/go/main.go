// The cases of tests/bench with VictoriaMetrics/metrics, and two parsers of the text format: bench LIBRARY CASE
// prints one JSON line.
package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"

	"github.com/VictoriaMetrics/VictoriaMetrics/lib/protoparser/prometheus"
	"github.com/VictoriaMetrics/metrics"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"golang.org/x/sys/unix"
)

// The inputs of tests/bench/cases.hpp.
func random(state *uint64) uint64 {
	*state ^= *state << 13
	*state ^= *state >> 7
	*state ^= *state << 17
	return *state
}

const seed = 88172645463325252

func picks(n uint64) []int {
	state := uint64(seed)
	all := make([]int, 1024)
	for i := range all {
		all[i] = int(random(&state) % n)
	}
	return all
}

func values() []float64 {
	state := uint64(seed)
	all := make([]float64, 1024)
	for i := range all {
		r := random(&state)
		all[i] = 0.0025 * float64(uint64(1)<<(r%13)) * (1 + float64(r>>40)/16777216)
	}
	return all
}

func method(i int) string { return "method-" + strconv.Itoa(i%10) }
func path(i int) string   { return "/api/v1/items/" + strconv.Itoa(i/10) }
func route(i int) string  { return "/api/v1/items/" + strconv.Itoa(i/10%1000) }
func host(i int) string   { return "host-" + strconv.Itoa(i/10000) }

func bounds() []float64 {
	b := make([]float64, 12)
	for i := range b {
		b[i] = 0.005 * float64(int(1)<<i)
	}
	return b
}

func clock(which int32) int64 {
	var t unix.Timespec
	unix.ClockGettime(which, &t)
	return t.Nano()
}

func status(field string) float64 {
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, field) {
			kib, _ := strconv.ParseFloat(strings.Fields(line)[1], 64)
			return kib
		}
	}
	return 0
}

type window struct {
	begin, end int64
	good       bool
}

// The method of tests/bench/windows.hpp.
func measure(library string, threads int, op func(thread, i int)) {
	nanoseconds := int64(200_000_000)
	if threads > 1 {
		nanoseconds = 600_000_000
	}
	batch, at := 64, 0
	runtime.LockOSThread()
	for {
		begin := clock(unix.CLOCK_THREAD_CPUTIME_ID)
		for n := 0; n < batch; n++ {
			op(0, at)
			at++
		}
		if clock(unix.CLOCK_THREAD_CPUTIME_ID)-begin > 150_000 {
			break
		}
		batch *= 2
	}
	runtime.UnlockOSThread()
	seen := make([][]window, threads)
	done := make(chan bool)
	var allowed unix.CPUSet
	unix.SchedGetaffinity(0, &allowed)
	for t := 0; t < threads; t++ {
		go func(thread int) {
			runtime.LockOSThread()
			if threads > 1 {
				for cpu, n := 0, 0; cpu < 1024; cpu++ {
					if !allowed.IsSet(cpu) {
						continue
					}
					if n == thread {
						var one unix.CPUSet
						one.Set(cpu)
						unix.SchedSetaffinity(0, &one)
					}
					n++
				}
			}
			mine := make([]window, 0, 100_000)
			at := thread * 517
			stop := clock(unix.CLOCK_MONOTONIC) + nanoseconds
			for {
				cpu := clock(unix.CLOCK_THREAD_CPUTIME_ID)
				begin := clock(unix.CLOCK_MONOTONIC)
				for n := 0; n < batch; n++ {
					op(thread, at)
					at++
				}
				end := clock(unix.CLOCK_MONOTONIC)
				used := clock(unix.CLOCK_THREAD_CPUTIME_ID) - cpu
				mine = append(mine, window{begin, end, float64(used) > 0.97*float64(end-begin)})
				if end > stop {
					break
				}
			}
			seen[thread] = mine
			done <- true
		}(t)
	}
	for t := 0; t < threads; t++ {
		<-done
	}
	var kept []float64
	for t, mine := range seen {
		for _, w := range mine {
			together := w.good
			for o, other := range seen {
				if o == t || !together {
					continue
				}
				covered := int64(0)
				from := sort.Search(len(other), func(i int) bool { return other[i].end > w.begin })
				for ; from < len(other) && other[from].begin < w.end; from++ {
					if other[from].good {
						covered += min(w.end, other[from].end) - max(w.begin, other[from].begin)
					}
				}
				together = float64(covered) > 0.85*float64(w.end-w.begin)
			}
			if together {
				kept = append(kept, float64(w.end-w.begin)/float64(batch))
			}
		}
	}
	ns := "null"
	if len(kept) >= 15 {
		sort.Float64s(kept)
		ns = fmt.Sprint(kept[len(kept)/2])
	}
	fmt.Printf("{\"library\":%q,\"ns\":%s,\"windows\":%d}\n", library, ns, len(kept))
}

// CPU time of the process (the collector's too) for a scrape, median of 15.
func timeScrapes(library string, scrape func() int) {
	scrape()
	runtime.GC()
	before := status("VmRSS:")
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	var first, second runtime.MemStats
	runtime.ReadMemStats(&first)
	scrape()
	runtime.ReadMemStats(&second)
	extra := status("VmHWM:") - before
	var ns []float64
	bytes := 0
	for i := 0; i < 15; i++ {
		begin := clock(unix.CLOCK_PROCESS_CPUTIME_ID)
		bytes = scrape()
		ns = append(ns, float64(clock(unix.CLOCK_PROCESS_CPUTIME_ID)-begin))
	}
	sort.Float64s(ns)
	fmt.Printf("{\"library\":%q,\"ns\":%f,\"bytes\":%d,\"gb_per_s\":%f,\"allocations\":%d,\"extra_kib\":%f}\n",
		library, ns[7], bytes, float64(bytes)/ns[7], second.Mallocs-first.Mallocs, math.Max(extra, 0))
}

type byteCounter int

func (c *byteCounter) Write(p []byte) (int, error) {
	*c += byteCounter(len(p))
	return len(p), nil
}

var _ io.Writer = (*byteCounter)(nil)

func three(name string, i int) string {
	return name + "{method=\"" + method(i) + "\",path=\"" + route(i) + "\",host=\"" + host(i) + "\"}"
}

func text() string {
	var b strings.Builder
	b.WriteString("# HELP bench_requests_total Requests.\n# TYPE bench_requests_total counter\n")
	for i := 0; i < 100_000; i++ {
		fmt.Fprintf(&b, "%s %d\n", three("bench_requests_total", i), 100_000_000+i*7919)
	}
	return b.String()
}

func victoria(name string, threads int) {
	const library = "go VictoriaMetrics"
	set := metrics.NewSet()
	switch name {
	case "increment":
		c := set.NewCounter("bench_total")
		measure(library, threads, func(int, int) { c.Inc() })
	case "lookup":
		var methods, paths []string
		for _, p := range picks(1000) {
			methods, paths = append(methods, method(p)), append(paths, path(p))
		}
		inc := func(m, p string) {
			set.GetOrCreateCounter("bench_total{method=\"" + m + "\",path=\"" + p + "\"}").Inc()
		}
		for i := 0; i < 1000; i++ {
			inc(method(i), path(i))
		}
		measure(library, threads, func(_, i int) { inc(methods[i%1024], paths[i%1024]) })
	case "observe":
		h := set.NewPrometheusHistogramExt("bench_seconds", bounds())
		v := values()
		measure(library, threads, func(_, i int) { h.Update(v[i%1024]) })
	case "exposition":
		for i := 0; i < 100_000; i++ {
			set.NewCounter(three("bench_requests_total", i)).Set(uint64(100_000_000 + i*7919))
		}
		v := values()
		for i := 0; i < 1000; i++ {
			h := set.NewPrometheusHistogramExt(three("bench_seconds", i), bounds())
			for n := 0; n < 100; n++ {
				h.Update(v[(i*7+n)%1024])
			}
		}
		timeScrapes(library, func() int {
			var c byteCounter
			set.WritePrometheus(&c)
			return int(c)
		})
	case "memory":
		const series = 1_000_000
		runtime.GC()
		begin := clock(unix.CLOCK_PROCESS_CPUTIME_ID)
		for i := 0; i < series; i++ {
			set.GetOrCreateCounter(three("bench_requests_total", i)).Inc()
		}
		used := clock(unix.CLOCK_PROCESS_CPUTIME_ID) - begin
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		// The heap in use after a collection: what is resident beyond it is the collector's to give back.
		fmt.Printf("{\"library\":%q,\"ns\":%f,\"bytes_per_series\":%f}\n", library, float64(used)/series, float64(m.HeapInuse)/series)
		runtime.KeepAlive(set)
	case "parse":
		all := text()
		var rows prometheus.Rows
		timeScrapes("go VictoriaMetrics parser", func() int {
			rows.Reset()
			rows.Unmarshal(all)
			if len(rows.Rows) != 100_000 {
				panic("rows")
			}
			return len(all)
		})
	}
}

// Prometheus's own parser, with the labels of each series built, as a scrape of new series does it.
func textParse(name string) {
	if name != "parse" {
		return
	}
	all := []byte(text())
	timeScrapes("go Prometheus textparse", func() int {
		p := textparse.NewPromParser(all, labels.NewSymbolTable(), false)
		var l labels.Labels
		series := 0
		for {
			entry, err := p.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				panic(err)
			}
			if entry == textparse.EntrySeries {
				p.Labels(&l)
				series++
			}
		}
		if series != 100_000 {
			panic("series")
		}
		return len(all)
	})
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: bench victoria|textparse CASE[/THREADS]")
		os.Exit(2)
	}
	name, threads, _ := strings.Cut(os.Args[2], "/")
	n, err := strconv.Atoi(threads)
	if err != nil {
		n = 1
	}
	if os.Args[1] == "victoria" {
		victoria(name, n)
	} else {
		textParse(name)
	}
}
