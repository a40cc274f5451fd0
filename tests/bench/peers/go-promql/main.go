// Parses the expressions of a file, one a line as JSON strings, with Prometheus's own parser; the same measure as
// promql_parse.cpp.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	var expressions []string
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 1<<20), 1<<24)
	for lines.Scan() {
		var e string
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			expressions = append(expressions, e)
		}
	}
	p := parser.NewParser(parser.Options{EnableExperimentalFunctions: true, EnableBinopFillModifiers: true})
	all := func() int {
		bad := 0
		for _, e := range expressions {
			if _, err := p.ParseExpr(e); err != nil {
				bad++
			}
		}
		return bad
	}
	bad := all()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	all()
	runtime.ReadMemStats(&after)
	best := 1e300
	for round := 0; round < 30; round++ {
		start := time.Now()
		for i := 0; i < 5; i++ {
			all()
		}
		best = min(best, float64(time.Since(start).Nanoseconds())/5)
	}
	n := float64(len(expressions))
	fmt.Printf("{\"expressions\": %d, \"refused\": %d, \"ns\": %.1f, \"allocations\": %.2f}\n", len(expressions), bad, best/n, float64(after.Mallocs-before.Mallocs)/n)
}
