package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	list := func(patterns ...string) ([]string, error) {
		switch patterns[0] {
		case "./...":
			return []string{"m/a", "m/test/b", "m/c", "m/test/d"}, nil
		case "./test/...":
			return []string{"m/test/b", "m/test/d"}, nil
		case "./a":
			return []string{"m/a"}, nil
		}
		return nil, errors.New("no such package")
	}
	tests := []struct {
		name      string
		arguments []string
		want      [][]string
	}{
		{"both", []string{"-race", "./..."}, [][]string{{"-race", "m/a", "m/c"}, {"-p", "1", "-race", "m/test/b", "m/test/d"}}},
		{"none alone", []string{"-run", "TestX", "./a"}, [][]string{{"-run", "TestX", "m/a"}}},
		{"all alone", []string{"./test/..."}, [][]string{{"-p", "1", "m/test/b", "m/test/d"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			parts, err := split("./test/...", test.arguments, list)
			require.NoError(t, err)
			assert.Equal(t, test.want, parts)
		})
	}
	_, err := split("./test/...", []string{"-race"}, list)
	require.ErrorContains(t, err, "-alone wants")
	_, err = split("./test/...", []string{"./gone"}, list)
	require.ErrorContains(t, err, "no such package")
	_, err = split("./gone", []string{"./..."}, list)
	require.ErrorContains(t, err, "no such package")
}
