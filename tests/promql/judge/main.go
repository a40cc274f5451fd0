// Prometheus's own engine as a judge and as a peer. Three uses, all with JSON on standard output:
//
//	judge answer FILE                FILE: {"script": "load …", "queries": [{"expr", "start", "end", "step"}]}, times in ms
//	judge push   URL FILE             the series of a file of "load …" into a server, by remote write
//	judge bench  EXPR STEPS [DATA]   the data and times of upstream's benchmarks, from memory: range, join, native, info
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/tsdb/tsdbutil"
	"github.com/prometheus/prometheus/util/annotations"
)

// What promqltest asks of a test.
type shell struct {
	testing.TB
	cleanups []func()
}

func (*shell) Helper()                           {}
func (s *shell) Cleanup(f func())                { s.cleanups = append(s.cleanups, f) }
func (*shell) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (*shell) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (*shell) FailNow()                          { panic("failed") }
func (s *shell) Name() string                    { return "judge" }
func (*shell) Logf(string, ...any)               {}

type query struct {
	Expr  string `json:"expr"`
	Start int64  `json:"start"`
	End   int64  `json:"end"`
	Step  int64  `json:"step"`
}

func engine(delayed bool) *promql.Engine {
	return promql.NewEngine(promql.EngineOpts{
		MaxSamples: 50_000_000, Timeout: 100 * time.Second, LookbackDelta: 5 * time.Minute,
		NoStepSubqueryIntervalFn: func(int64) int64 { return 60_000 },
		EnableAtModifier:         true, EnableNegativeOffset: true, EnableDelayedNameRemoval: delayed, UseStartTimestamps: true,
		Parser: parser.NewParser(parser.Options{
			EnableExperimentalFunctions: true, EnableBinopFillModifiers: true,
		}),
	})
}

func number(v float64) string {
	if math.IsNaN(v) {
		return "NaN"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func buckets(spans []histogram.Span, counts []float64) string {
	var all []string
	index, next := int32(0), 0
	for _, s := range spans {
		index += s.Offset
		for i := uint32(0); i < s.Length; i++ {
			if counts[next] != 0 {
				all = append(all, fmt.Sprintf(`[%d,"%s"]`, index, number(counts[next])))
			}
			index++
			next++
		}
	}
	return "[" + strings.Join(all, ",") + "]"
}

func hist(h *histogram.FloatHistogram) string {
	var bounds []string
	for _, b := range h.CustomValues {
		bounds = append(bounds, `"`+number(b)+`"`)
	}
	return fmt.Sprintf(`{"schema":%d,"count":"%s","sum":"%s","zero":"%s","width":"%s","bounds":[%s],"positive":%s,"negative":%s}`,
		h.Schema, number(h.Count), number(h.Sum), number(h.ZeroCount), number(h.ZeroThreshold), strings.Join(bounds, ","),
		buckets(h.PositiveSpans, h.PositiveBuckets), buckets(h.NegativeSpans, h.NegativeBuckets))
}

// What the query has to say besides, in the order of the texts.
func said(res *promql.Result, expr string) string {
	warnings, infos := res.Warnings.AsStrings(expr, 0, 0)
	sort.Strings(warnings)
	sort.Strings(infos)
	both, _ := json.Marshal(map[string][]string{"warnings": warnings, "infos": infos})
	return string(both)
}

func show(out *bufio.Writer, expr string, res *promql.Result) {
	if res.Err != nil {
		text, _ := json.Marshal(res.Err.Error())
		fmt.Fprintf(out, "{\"error\":%s}\n", text)
		return
	}
	series := func(m labels.Labels, samples []string) string {
		text, _ := json.Marshal(m.Map())
		return fmt.Sprintf(`{"labels":%s,"samples":[%s]}`, text, strings.Join(samples, ","))
	}
	var all []string
	switch v := res.Value.(type) {
	case promql.Scalar:
		all = append(all, series(labels.EmptyLabels(), []string{fmt.Sprintf(`[%d,"%s"]`, v.T, number(v.V))}))
	case promql.Vector:
		for _, s := range v {
			value := `"` + number(s.F) + `"`
			if s.H != nil {
				value = hist(s.H)
			}
			all = append(all, series(s.Metric, []string{fmt.Sprintf(`[%d,%s]`, s.T, value)}))
		}
	case promql.Matrix:
		for _, s := range v {
			type at struct {
				t    int64
				text string
			}
			var samples []at
			for _, p := range s.Floats {
				samples = append(samples, at{p.T, fmt.Sprintf(`[%d,"%s"]`, p.T, number(p.F))})
			}
			for _, p := range s.Histograms {
				samples = append(samples, at{p.T, fmt.Sprintf(`[%d,%s]`, p.T, hist(p.H))})
			}
			sort.Slice(samples, func(i, j int) bool { return samples[i].t < samples[j].t })
			var texts []string
			for _, s := range samples {
				texts = append(texts, s.text)
			}
			all = append(all, series(s.Metric, texts))
		}
	}
	fmt.Fprintf(out, "{\"series\":[%s],\"said\":%s}\n", strings.Join(all, ","), said(res, expr))
}

func answer(file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	var in struct {
		Script  string  `json:"script"`
		Delayed bool    `json:"delayed"`
		Queries []query `json:"queries"`
	}
	if err := json.Unmarshal(text, &in); err != nil {
		panic(err)
	}
	t := &shell{}
	data := promqltest.LoadedStorage(t, in.Script, func(o *tsdb.Options) { // as NewBuiltinTestStorage has them
		o.EnableSTStorage, o.FloatChunkEncoding, o.EnableHistogramSTEncoding = true, chunkenc.EncXOR2, true
	})
	e := engine(in.Delayed)
	out := bufio.NewWriter(os.Stdout)
	for _, q := range in.Queries {
		show(out, q.Expr, run(e, data, q))
	}
	out.Flush()
	for _, f := range t.cleanups {
		f()
	}
}

func run(e *promql.Engine, data storage.Queryable, q query) *promql.Result {
	ctx := context.Background()
	var (
		made promql.Query
		err  error
	)
	if q.Step == 0 {
		made, err = e.NewInstantQuery(ctx, data, nil, q.Expr, time.UnixMilli(q.Start))
	} else {
		made, err = e.NewRangeQuery(ctx, data, nil, q.Expr, time.UnixMilli(q.Start), time.UnixMilli(q.End), time.Duration(q.Step)*time.Millisecond)
	}
	if err != nil {
		return &promql.Result{Err: err}
	}
	return made.Exec(ctx)
}

// Series in memory, so that nobody decompresses chunks.
type memory struct{ all []storage.Series }

type point struct {
	t int64
	v float64
}

func (p point) ST() int64                                     { return 0 }
func (p point) T() int64                                      { return p.t }
func (p point) F() float64                                    { return p.v }
func (point) H() *histogram.Histogram                         { return nil }
func (point) FH() *histogram.FloatHistogram                   { return nil }
func (point) Type() chunkenc.ValueType                        { return chunkenc.ValFloat }
func (p point) Copy() chunks.Sample                           { return p }
func (m *memory) Querier(_, _ int64) (storage.Querier, error) { return m, nil }
func (*memory) Close() error                                  { return nil }
func (*memory) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}
func (*memory) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

type set struct {
	all []storage.Series
	at  int
}

func (s *set) Next() bool                      { s.at++; return s.at <= len(s.all) }
func (s *set) At() storage.Series              { return s.all[s.at-1] }
func (*set) Err() error                        { return nil }
func (*set) Warnings() annotations.Annotations { return nil }
func (m *memory) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	out := &set{}
next:
	for _, s := range m.all {
		for _, one := range matchers {
			if !one.Matches(s.Labels().Get(one.Name)) {
				continue next
			}
		}
		out.all = append(out.all, s)
	}
	return out
}

func (m *memory) fill(l labels.Labels, n int, interval int64, first, more float64) {
	samples := make([]chunks.Sample, n)
	for s := range samples {
		samples[s] = point{int64(s) * interval, first + more*float64(s)}
	}
	m.all = append(m.all, storage.NewListSeries(l, samples))
}

func rangeData(m *memory) {
	const intervals, interval = 18640, 10_000
	var metrics []labels.Labels
	add := func(pairs ...string) { metrics = append(metrics, labels.FromStrings(pairs...)) }
	for _, kind := range []struct {
		name string
		n    int
	}{{"one", 0}, {"ten", 10}, {"hundred", 100}} {
		for l := 0; l < max(kind.n, 1); l++ {
			more := []string{}
			if kind.n > 0 {
				more = []string{"l", strconv.Itoa(l)}
			}
			add(append([]string{"__name__", "a_" + kind.name}, more...)...)
			add(append([]string{"__name__", "b_" + kind.name}, more...)...)
			for le := 0; le < 10; le++ {
				add(append([]string{"__name__", "h_" + kind.name, "le", strconv.Itoa(le)}, more...)...)
			}
			add(append([]string{"__name__", "h_" + kind.name, "le", "+Inf"}, more...)...)
		}
	}
	for i, l := range metrics {
		m.fill(l, intervals, interval, float64(i)/float64(len(metrics)), 1)
	}
	sparse := map[int][]chunks.Sample{}
	for s := 0; s < intervals; s++ {
		sparse[s/372] = append(sparse[s/372], point{int64(s) * interval, float64(s) / float64(len(metrics))})
	}
	for l, samples := range sparse {
		m.all = append(m.all, storage.NewListSeries(labels.FromStrings("__name__", "sparse", "l", strconv.Itoa(l)), samples))
	}
}

func joinData(m *memory) {
	for i := uint32(0); i < 1000; i++ {
		instance := fmt.Sprintf("%08x-0000-4000-8000-%012x", i*2654435761, i)
		for k, name := range []string{"rpc_request_success_total", "rpc_request_error_total"} {
			m.fill(labels.FromStrings("__name__", name, "environment", "staging", "cluster", "test-kubernetes-cluster",
				"namespace", "test-kubernetes-namespace", "job", "worker", "rpc_method", "fetch-my-data-from-this-service",
				"domain", "test-domain", "instance", instance), 13640, 10_000, float64(2*int(i)+k)/2000, 1)
		}
	}
}

type histPoint struct {
	point
	h *histogram.FloatHistogram
}

func (p histPoint) FH() *histogram.FloatHistogram { return p.h }
func (histPoint) Type() chunkenc.ValueType        { return chunkenc.ValFloatHistogram }
func (p histPoint) Copy() chunks.Sample           { return histPoint{p.point, p.h.Copy()} }

type histPoints []histPoint

func (p histPoints) Get(i int) chunks.Sample { return &p[i] }
func (p histPoints) Len() int                { return len(p) }

// The engine writes into the histograms it was handed, so it gets copies, as from chunks.
func nativeData(m *memory) {
	for i := 0; i < 3000; i++ {
		samples := make(histPoints, 2000)
		for n, h := range tsdbutil.GenerateTestFloatHistograms(len(samples)) {
			if n == 0 {
				h = &histogram.FloatHistogram{
					Schema: 3, Count: 13, PositiveBuckets: []float64{1, 3, 1, 2, 1, 1, 4},
					PositiveSpans: []histogram.Span{{Offset: -5, Length: 2}, {Offset: 2, Length: 3}, {Offset: 2, Length: 2}},
				}
			}
			samples[n] = histPoint{point{int64(n) * 15_000, 0}, h}
		}
		m.all = append(m.all, &storage.SeriesEntry{
			Lset: labels.FromStrings("__name__", "native_histogram_series", "foo", "bar", "h", strconv.Itoa(i)),
			SampleIteratorFn: func(chunkenc.Iterator) chunkenc.Iterator {
				return storage.NewListSeriesIteratorWithCopy(samples)
			},
		})
	}
}

func infoData(m *memory) {
	for i := 0; i < 100; i++ {
		n, cluster := strconv.Itoa(i), "us-east"
		if i >= 50 {
			cluster = "eu-south"
		}
		m.fill(labels.FromStrings("__name__", "target_info", "instance", "instance"+n, "job", "job"+n, "k8s_cluster_name", cluster), 3600, 2000, 1, 0)
	}
	for _, code := range []string{"200", "400", "500"} {
		m.fill(labels.FromStrings("__name__", "http_server_request_duration_seconds_count", "http_status_code", code,
			"instance", "instance0", "job", "job0"), 3600, 2000, 0, 1)
	}
}

// Sections of shared/promql/bench_cases.json: their series, and when their queries end and how far apart they ask.
var sections = map[string]struct {
	make      func(*memory)
	end, step int64
}{
	"range":  {rangeData, 186_400_000, 10_000},
	"join":   {joinData, 136_400_000, 10_000},
	"native": {nativeData, 7_200_000, 30_000},
	"info":   {infoData, 7_200_000, 30_000},
}

func resident(what string) int64 {
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, what) {
			n, _ := strconv.ParseInt(strings.Fields(line)[1], 10, 64)
			return n
		}
	}
	return 0
}

func bench(expr string, steps int64, name string) {
	runtime.GOMAXPROCS(1)
	section := sections[name]
	data := &memory{}
	section.make(data)
	sort.Slice(data.all, func(i, j int) bool { return labels.Compare(data.all[i].Labels(), data.all[j].Labels()) < 0 })
	e := engine(false)
	q := query{expr, section.end - steps*section.step, section.end, section.step}
	run(e, data, query{expr, section.end, section.end, section.step}) // its code is read from the file, which is no memory of a query
	debug.FreeOSMemory()                                              // else what making the data left counts as the query's own
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)         // VmHWM begins anew
	before := resident("VmRSS:")
	first := run(e, data, q)
	if first.Err != nil {
		panic(first.Err)
	}
	samples := 0
	sum := 0.0
	for _, s := range first.Value.(promql.Matrix) {
		samples += len(s.Floats) + len(s.Histograms)
		for _, p := range s.Floats {
			if !math.IsNaN(p.F) && !math.IsInf(p.F, 0) {
				sum += p.F
			}
		}
		for _, p := range s.Histograms {
			if all := p.H.Sum + p.H.Count; !math.IsNaN(all) && !math.IsInf(all, 0) {
				sum += all
			}
		}
	}
	peak := resident("VmHWM:") - before
	best := math.Inf(1)
	for began := time.Now(); time.Since(began) < 700*time.Millisecond; {
		start := time.Now()
		run(e, data, q)
		best = min(best, float64(time.Since(start).Nanoseconds()))
	}
	fmt.Printf("{\"ns\": %.0f, \"samples\": %d, \"sum\": \"%s\", \"peak_kb\": %d}\n", best, samples, number(sum), peak)
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "answer" {
		answer(os.Args[2])
		return
	}
	if len(os.Args) == 4 && os.Args[1] == "push" {
		if err := push(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	steps, _ := strconv.ParseInt(os.Args[3], 10, 64)
	name := "range"
	if len(os.Args) == 5 {
		name = os.Args[4]
	}
	bench(os.Args[2], steps, name)
}
