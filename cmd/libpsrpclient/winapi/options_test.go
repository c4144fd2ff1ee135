package winapi

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	s, _ := session(t, "server")
	number := func(o Option) uint32 {
		v, err := s.Number(o)
		require.Nil(t, err)
		return v
	}
	assert.EqualValues(t, 240_000, number(OptionMaxRetryTime))
	assert.EqualValues(t, 500, number(OptionMaxEnvelopeSize))
	assert.EqualValues(t, 328, number(OptionShellMaxDataSizePerMessage))
	require.Nil(t, s.SetNumber(OptionMaxEnvelopeSize, 150))
	assert.EqualValues(t, 94, number(OptionShellMaxDataSizePerMessage))
	for _, row := range []struct {
		err  *Error
		code wsman.FaultCode
	}{
		{s.SetNumber(OptionMaxRetryTime, 1), errorSetOptionParameter},
		{s.SetNumber(OptionShellMaxDataSizePerMessage, 1), errorSetOptionParameter},
		{s.SetNumber(OptionMaxEnvelopeSize, 1), errorSetOptionParameter},
		{s.SetNumber(99, 1), errorSetOptionParameter},
		{s.SetString(OptionLocale, "not a language"), errorInvalidLocale},
		{s.SetString(OptionUILanguage, ""), errorInvalidUILanguage},
		{s.SetString(OptionUTF16, "de-DE"), errorSetOptionParameter},
	} {
		require.NotNil(t, row.err)
		assert.Equal(t, row.code, row.err.Code)
		assert.NotEmpty(t, row.err.Detail)
	}
	require.Nil(t, s.SetString(OptionLocale, "de-DE"))
	v, err := s.String(OptionLocale)
	require.Nil(t, err)
	assert.Equal(t, "de-DE", v)
	_, err = s.Number(OptionLocale)
	assert.Equal(t, errorGetDwordParameter, err.Code)
	_, err = s.String(OptionUTF16)
	assert.Equal(t, errorGetStringParameter, err.Code)
}

func TestProxyAccess(t *testing.T) {
	t.Parallel()
	api := NewAPI(&Table{})
	defer api.Close()
	_, err := api.NewSession("server", Credentials{}, Proxy{Access: 3})
	assert.Equal(t, errorProxyAccessType, err.Code)
	for mechanism, want := range map[Mechanism]wsman.FaultCode{
		MechanismBasic: 0, MechanismDefault: errorProxyAuthentication, MechanismNegotiate: errorProxyAuthentication, MechanismDigest: errorProxyAuthentication,
	} {
		p := Proxy{Access: ProxyIE, Mechanism: mechanism, User: "u", Password: "p"}
		_, err := p.url()
		if want == 0 {
			assert.Nil(t, err)
			continue
		}
		require.NotNil(t, err, mechanism)
		assert.Equal(t, want, err.Code, mechanism)
		p.User = ""
		_, err = p.url()
		assert.Nil(t, err, "without a password there is nothing to keep from it")
	}
}
