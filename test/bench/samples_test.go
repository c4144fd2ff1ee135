package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestQuantile(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		s    samples
		q    float64
		want float64
	}{
		{"none", nil, 0.5, 0},
		{"one", samples{7}, 0.99, 7},
		{"median", samples{3, 1, 2}, 0.5, 2},
		{"smallest", samples{3, 1, 2}, 0, 1},
		{"largest", samples{3, 1, 2}, 1, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, test.s.quantile(test.q))
		})
	}
	hundred := make(samples, 0, 100)
	for i := range 100 {
		hundred = append(hundred, float64(i+1))
	}
	assert.Equal(t, 100.0, hundred.quantile(0.99))
	assert.Equal(t, 51.0, hundred.median())
}

func TestText(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "2.0 [1.0 – 4.0]", samples{4, 1, 2}.text("%.1f"))
}
