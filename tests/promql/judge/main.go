// Prometheus's own engine as a judge and as a peer. Two uses, both with JSON on standard output:
//
//	judge answer FILE            FILE: {"script": "load …", "queries": [{"expr", "start", "end", "step"}]}, times in ms
//	judge bench  EXPR STEPS      the data and times of upstream's BenchmarkRangeQuery, from memory
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
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
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
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
		EnableAtModifier:         true, EnableNegativeOffset: true, EnableDelayedNameRemoval: delayed,
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

func show(out *bufio.Writer, res *promql.Result) {
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
	fmt.Fprintf(out, "{\"series\":[%s]}\n", strings.Join(all, ","))
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
	data := promqltest.LoadedStorage(t, in.Script)
	e := engine(in.Delayed)
	out := bufio.NewWriter(os.Stdout)
	for _, q := range in.Queries {
		show(out, run(e, data, q))
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

func benchData() *memory {
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
	m := &memory{}
	for i, l := range metrics {
		samples := make([]chunks.Sample, intervals)
		for s := range samples {
			samples[s] = point{int64(s) * interval, float64(s) + float64(i)/float64(len(metrics))}
		}
		m.all = append(m.all, storage.NewListSeries(l, samples))
	}
	sparse := map[int][]chunks.Sample{}
	for s := 0; s < intervals; s++ {
		sparse[s/372] = append(sparse[s/372], point{int64(s) * interval, float64(s) / float64(len(metrics))})
	}
	for l, samples := range sparse {
		m.all = append(m.all, storage.NewListSeries(labels.FromStrings("__name__", "sparse", "l", strconv.Itoa(l)), samples))
	}
	sort.Slice(m.all, func(i, j int) bool { return labels.Compare(m.all[i].Labels(), m.all[j].Labels()) < 0 })
	return m
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

func bench(expr string, steps int64) {
	runtime.GOMAXPROCS(1)
	data := benchData()
	e := engine(false)
	q := query{expr, (18640 - steps) * 10_000, 18640 * 10_000, 10_000}
	runtime.GC()
	before := resident("VmRSS:")
	first := run(e, data, q)
	if first.Err != nil {
		panic(first.Err)
	}
	samples := 0
	sum := 0.0
	for _, s := range first.Value.(promql.Matrix) {
		samples += len(s.Floats)
		for _, p := range s.Floats {
			if !math.IsNaN(p.F) && !math.IsInf(p.F, 0) {
				sum += p.F
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
	steps, _ := strconv.ParseInt(os.Args[3], 10, 64)
	bench(os.Args[2], steps)
}
