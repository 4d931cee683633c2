// A client of schema registries with franz-go's pkg/sr, and its registry for tests.
//
// usage: client serve                                  prints a URL, serves until its standard input ends
//
//	client write URL SUBJECT FILE INDEX PAYLOAD   registers the schema, prints the record in hexadecimal
//
// INDEX is the position of the message, as in 0,1; PAYLOAD is hexadecimal.
package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

type payload []byte

func serve() error {
	registry := srfake.New()
	defer registry.Close()
	fmt.Println(registry.URL())
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

func write(url, subject, file, index, data string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	client, err := sr.NewClient(sr.URLs(url))
	if err != nil {
		return err
	}
	made, err := client.CreateSchema(context.Background(), subject, sr.Schema{Schema: string(text), Type: sr.TypeProtobuf})
	if err != nil {
		return err
	}
	var path []int
	for _, word := range strings.Split(index, ",") {
		n, err := strconv.Atoi(word)
		if err != nil {
			return err
		}
		path = append(path, n)
	}
	bytes, err := hex.DecodeString(data)
	if err != nil {
		return err
	}
	serde := sr.NewSerde()
	encode := sr.EncodeFn(func(v any) ([]byte, error) { return v.(payload), nil })
	serde.Register(made.ID, payload{}, encode, sr.Index(path...))
	record, err := serde.Encode(payload(bytes))
	if err != nil {
		return err
	}
	fmt.Printf("%x\n", record)
	return nil
}

func main() {
	var err error
	switch {
	case len(os.Args) == 2 && os.Args[1] == "serve":
		err = serve()
	case len(os.Args) == 7 && os.Args[1] == "write":
		err = write(os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6])
	default:
		err = fmt.Errorf("usage: client serve | client write URL SUBJECT FILE INDEX PAYLOAD")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
