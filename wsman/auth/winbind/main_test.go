package winbind

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

const (
	fakeVariable = "WINRMD_TEST_NTLM_AUTH"
	keyText      = "000102030405060708090a0b0c0d0e0f"
)

// TestMain is ntlm_auth where a test has asked for it.
func TestMain(m *testing.M) {
	if script := os.Getenv(fakeVariable); script != "" {
		fake(script)
		return
	}
	os.Exit(m.Run())
}

// fake answers each request according to a script.
func fake(script string) {
	in := bufio.NewReader(os.Stdin)
	for {
		lines := ""
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if line == ".\n" {
				break
			}
			lines += line
		}
		switch script {
		case "hang":
			time.Sleep(time.Hour)
		case "garbage":
			fmt.Println("hello")
		case "endless":
			fmt.Println(strings.Repeat("x", 1<<20))
		case "many":
			fmt.Print(strings.Repeat("A: b\n", 1000))
		case "deaf":
			fmt.Print("Error: I am not well\n.\n")
		case "once":
			fmt.Print("Authenticated: Yes\nUser-Session-Key: " + keyText + "\n.\n")
			return
		case "die":
			return
		case "no":
			fmt.Print("Authenticated: No\nAuthentication-Error: Wrong Password\n.\n")
		default: // by the user: echo's name is in the request
			time.Sleep(10 * time.Millisecond)
			fmt.Printf("Authenticated: Yes\nUser-Session-Key: %s\nPid: %d\n.\n", keyText, os.Getpid())
		}
	}
}
