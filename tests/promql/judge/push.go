// The series of a script into a real server, by remote write 1.0.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// A head takes nothing that is older than an hour behind its newest sample: so all series go in together, a while at a time.
const slice = 10 * 60 * 1000

func push(url, file string) error {
	script, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	t := &shell{}
	defer func() {
		for _, f := range t.cleanups {
			f()
		}
	}()
	from, err := promqltest.LoadedStorage(t, string(script)).Querier(0, math.MaxInt64)
	if err != nil {
		return err
	}
	defer from.Close()
	var (
		slices [][]prompb.TimeSeries
		sent   int
	)
	all := from.Select(context.Background(), true, nil, labels.MustNewMatcher(labels.MatchRegexp, "__name__", ".+"))
	for all.Next() {
		own := map[int64]*prompb.TimeSeries{}
		samples := all.At().Iterator(nil)
		for kind := samples.Next(); kind != chunkenc.ValNone; kind = samples.Next() {
			n := samples.AtT() / slice
			to := own[n]
			if to == nil {
				to = &prompb.TimeSeries{Labels: prompb.FromLabels(all.At().Labels(), nil)}
				own[n] = to
			}
			switch kind {
			case chunkenc.ValFloat:
				at, v := samples.At()
				to.Samples = append(to.Samples, prompb.Sample{Timestamp: at, Value: v})
			case chunkenc.ValHistogram:
				at, h := samples.AtHistogram(nil)
				to.Histograms = append(to.Histograms, prompb.FromIntHistogram(at, h))
			default:
				at, h := samples.AtFloatHistogram(nil)
				to.Histograms = append(to.Histograms, prompb.FromFloatHistogram(at, h))
			}
			sent++
		}
		if err := samples.Err(); err != nil {
			return err
		}
		for n, series := range own {
			for int64(len(slices)) <= n {
				slices = append(slices, nil)
			}
			slices[n] = append(slices[n], *series)
		}
	}
	if err := all.Err(); err != nil {
		return err
	}
	for _, series := range slices {
		if err := write(url, &prompb.WriteRequest{Timeseries: series}); err != nil {
			return err
		}
	}
	fmt.Printf("{\"samples\": %d}\n", sent)
	return nil
}

func write(url string, what *prompb.WriteRequest) error {
	body, err := what.Marshal()
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(snappy.Encode(nil, body)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-protobuf")
	request.Header.Set("Content-Encoding", "snappy")
	request.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		text, _ := io.ReadAll(answer.Body)
		return fmt.Errorf("%s: %s %s", url, answer.Status, text)
	}
	return nil
}
