package interop

import (
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/winrmd/winrmd/wsman"
	"github.com/winrmd/winrmd/wsman/wsmanclient"
)

// TestGoClientResources: what is not a shell's operation, against a real server.
func TestGoClientResources(t *testing.T) {
	t.Parallel()
	s := start(t, setup{encryptedOnly: true})
	c := s.goClient(t, "http", goAlice())
	ctx := bounded(t)
	id, err := c.IdentifyAnonymously(ctx)
	require.NoError(t, err)
	assert.Equal(t, wsman.NamespaceWSMan, id.ProtocolVersion)

	got, err := c.Get(ctx, wsmanclient.Resource{URI: wsman.ResourceConfig})
	require.NoError(t, err)
	doc := etree.NewDocument()
	require.NoError(t, doc.ReadFromBytes(got))
	assert.Equal(t, wsman.NamespaceConfig, doc.Root().NamespaceURI())
	assert.Equal(t, "500", doc.Root().FindElement("MaxEnvelopeSizekb").Text())

	var made []*wsmanclient.Shell
	for range 3 {
		shell, err := c.CreateShell(ctx, wsmanclient.ShellConfig{})
		require.NoError(t, err)
		made = append(made, shell)
	}
	// All at once, in batches of one, and their references.
	for _, o := range []wsmanclient.EnumerateOptions{
		{}, {MaxElements: 1}, {NotOptimized: true, MaxElements: 2}, {References: true}, {References: true, Objects: true},
	} {
		count := 0
		for i, err := range c.Enumerate(ctx, wsmanclient.Resource{URI: wsman.ResourceShell}, o) {
			require.NoError(t, err, "%+v", o)
			count++
			assert.Equal(t, o.References, i.Reference != nil)
			assert.Equal(t, !o.References || o.Objects, i.Object != nil)
			if i.Reference != nil {
				require.Len(t, i.Reference.Selectors, 1)
				assert.Equal(t, "ShellId", i.Reference.Selectors[0].Name)
			}
		}
		assert.Equal(t, 3, count, "%+v", o)
	}
	// A reference is good for an operation.
	for i, err := range c.Enumerate(ctx, wsmanclient.Resource{URI: wsman.ResourceShell}, wsmanclient.EnumerateOptions{References: true}) {
		require.NoError(t, err)
		require.NoError(t, c.Delete(ctx, i.Reference.Resource()))
	}
	shells, err := c.Shells(ctx)
	require.NoError(t, err)
	assert.Empty(t, shells)
	require.ErrorIs(t, made[0].Delete(ctx), wsman.CodeUnexpectedSelectors)
	_, err = c.Get(ctx, wsmanclient.Resource{URI: "urn:nobody/knows"})
	require.ErrorIs(t, err, wsman.CodeInvalidURI)
}
