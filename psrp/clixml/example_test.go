package clixml_test

import (
	"fmt"

	"github.com/winrmd/winrmd/psrp/clixml"
)

func ExampleMarshal() {
	type disk struct {
		_    clixml.TypeName `clixml:"Contoso.Disk"`
		Name string
		Free uint64 `clixml:"FreeSpace"`
	}
	v, err := clixml.Marshal(disk{Name: "C:", Free: 1 << 40})
	if err != nil {
		fmt.Println(err)
		return
	}
	message, err := clixml.Append(nil, v)
	fmt.Println(string(message), err)

	var again disk
	err = clixml.Unmarshal(v, &again)
	fmt.Println(again.Name, again.Free, err)
	// Output:
	// <Obj RefId="0"><TN RefId="0"><T>Contoso.Disk</T><T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS><S N="Name">C:</S><U64 N="FreeSpace">1099511627776</U64></MS></Obj> <nil>
	// C: 1099511627776 <nil>
}

func ExampleParse() {
	v, err := clixml.Parse([]byte(`<Obj RefId="0"><TN RefId="0"><T>System.IO.FileInfo</T></TN><ToString>/etc/motd</ToString>` +
		`<Props><S N="Name">motd</S><I64 N="Length">286</I64></Props></Obj>`))
	if err != nil {
		fmt.Println(err)
		return
	}
	file := v.(*clixml.Object)
	length, err := clixml.Get[clixml.Int64](file, "Length")
	fmt.Println(clixml.Text(file), file.Is("System.IO.FileInfo"), length, err)

	_, err = clixml.Parse([]byte(`<Obj><MS><I32 N="Count">many</I32></MS></Obj>`))
	fmt.Println(err)
	// Output:
	// /etc/motd true 286 <nil>
	// CLIXML at byte 24 (Obj/MS/I32[Count]): "many" is no Int32: a whole number from -2147483648 to 2147483647
}
