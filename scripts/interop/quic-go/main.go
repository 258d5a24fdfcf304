// The perf protocol (draft-banks-quic-performance-00) on quic-go, server and client, to be held against xrbench's.
//
//	quic-go-perf serve              prints its port and the SHA-256 of its certificate, and serves
//	quic-go-perf ask PORT SHA256    asks a server of each kind once, and says what came
//	quic-go-perf measure PORT SHA256 UP DOWN WARMUP SECONDS
//	                                how long requests of UP bytes take that are answered with DOWN bytes, as a line of JSON
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"os"
	"sort"
	"sync"
	"time"

	"github.com/lucas-clemente/quic-go"
)

const alpn = "perf"

var config = &quic.Config{
	MaxIdleTimeout:        20 * time.Second,
	MaxIncomingStreams:    1000,
	MaxIncomingUniStreams: 1000,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "serve":
		return serve()
	case len(args) == 3 && args[0] == "ask":
		return connected(args[1], args[2], ask)
	case len(args) == 7 && args[0] == "measure":
		return connected(args[1], args[2], func(connection quic.Connection) error {
			return measure(connection, args[3:])
		})
	}
	return errors.New("usage: quic-go-perf serve | ask PORT SHA256 | measure PORT SHA256 UP DOWN WARMUP SECONDS")
}

func serve() error {
	certificate, err := selfSigned()
	if err != nil {
		return err
	}
	settings := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{alpn}}
	listener, err := quic.ListenAddr("127.0.0.1:0", settings, config)
	if err != nil {
		return err
	}
	_, port, found := cutLast(listener.Addr().String(), ':')
	if !found {
		return errors.New("no port")
	}
	fmt.Printf("%s %x\n", port, sha256.Sum256(certificate.Certificate[0]))
	for {
		connection, err := listener.Accept(context.Background())
		if err != nil {
			return err
		}
		go serveBidi(connection)
		go serveUni(connection)
	}
}

func serveBidi(connection quic.Connection) {
	for {
		stream, err := connection.AcceptStream(context.Background())
		if err != nil {
			return
		}
		go func() {
			if wanted, err := readRequest(stream); err == nil {
				answer(stream, wanted)
			} else {
				stream.CancelWrite(1)
			}
		}()
	}
}

func serveUni(connection quic.Connection) {
	for {
		request, err := connection.AcceptUniStream(context.Background())
		if err != nil {
			return
		}
		go func() {
			wanted, err := readRequest(request)
			if err != nil {
				return
			}
			if stream, err := connection.OpenUniStreamSync(context.Background()); err == nil {
				answer(stream, wanted)
			}
		}()
	}
}

func readRequest(stream io.Reader) (uint64, error) {
	var head [8]byte
	if _, err := io.ReadFull(stream, head[:]); err != nil {
		return 0, err
	}
	_, err := io.Copy(io.Discard, stream)
	return binary.BigEndian.Uint64(head[:]), err
}

func answer(stream io.WriteCloser, wanted uint64) {
	chunk := make([]byte, 65536)
	for wanted > 0 {
		size := uint64(len(chunk))
		if wanted < size {
			size = wanted
		}
		if _, err := stream.Write(chunk[:size]); err != nil {
			return
		}
		if wanted != math.MaxUint64 {
			wanted -= size
		}
	}
	stream.Close()
}

func connected(port, fingerprint string, use func(quic.Connection) error) error {
	settings := &tls.Config{
		NextProtos: []string{alpn},
		// The pin is what counts.
		InsecureSkipVerify: true,
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			if sum := sha256.Sum256(raw[0]); hex.EncodeToString(sum[:]) != fingerprint {
				return errors.New("another certificate")
			}
			return nil
		},
	}
	connection, err := quic.DialAddr("127.0.0.1:"+port, settings, config)
	if err != nil {
		return err
	}
	defer connection.CloseWithError(0, "")
	return use(connection)
}

func ask(connection quic.Connection) error {
	fmt.Println("alpn", connection.ConnectionState().TLS.NegotiatedProtocol)
	for _, one := range []struct {
		up   int
		down uint64
	}{{0, 0}, {56, 64}, {10_000_000, 10}, {0, 20_000_000}} {
		got, took, err := request(connection, one.up, one.down)
		if err != nil || got != one.down {
			return fmt.Errorf("%d up, %d down: %d came, %v", one.up, one.down, got, err)
		}
		fmt.Printf("%d up, %d down: %v\n", one.up+8, one.down, took)
	}
	if err := askUni(connection); err != nil {
		return fmt.Errorf("one way: %w", err)
	}
	if err := askShort(connection); err != nil {
		return fmt.Errorf("less than a length: %w", err)
	}
	if err := askEndless(connection); err != nil {
		return fmt.Errorf("endless: %w", err)
	}
	if err := askParallel(connection); err != nil {
		return fmt.Errorf("parallel: %w", err)
	}
	return latency(connection)
}

func request(connection quic.Connection, up int, down uint64) (uint64, time.Duration, error) {
	began := time.Now()
	stream, err := connection.OpenStreamSync(context.Background())
	if err != nil {
		return 0, 0, err
	}
	text := make([]byte, 8+up)
	binary.BigEndian.PutUint64(text, down)
	if _, err := stream.Write(text); err != nil {
		return 0, 0, err
	}
	stream.Close()
	got, err := io.Copy(io.Discard, stream)
	return uint64(got), time.Since(began), err
}

func askUni(connection quic.Connection) error {
	stream, err := connection.OpenUniStreamSync(context.Background())
	if err != nil {
		return err
	}
	var head [8]byte
	binary.BigEndian.PutUint64(head[:], 12345)
	stream.Write(head[:])
	stream.Close()
	reply, err := connection.AcceptUniStream(context.Background())
	if err != nil {
		return err
	}
	got, err := io.Copy(io.Discard, reply)
	if got != 12345 {
		err = fmt.Errorf("%d came, %v", got, err)
	}
	fmt.Println("one way: answered on a stream of the server's own")
	return err
}

func askShort(connection quic.Connection) error {
	stream, err := connection.OpenStreamSync(context.Background())
	if err != nil {
		return err
	}
	stream.Write([]byte{0, 0, 0})
	stream.Close()
	_, err = io.Copy(io.Discard, stream)
	var reset *quic.StreamError
	if !errors.As(err, &reset) {
		return fmt.Errorf("not given up: %v", err)
	}
	fmt.Println("less than a length: given up, code", reset.ErrorCode)
	return nil
}

func askEndless(connection quic.Connection) error {
	stream, err := connection.OpenStreamSync(context.Background())
	if err != nil {
		return err
	}
	var head [8]byte
	binary.BigEndian.PutUint64(head[:], math.MaxUint64)
	stream.Write(head[:])
	stream.Close()
	if _, err := io.CopyN(io.Discard, stream, 5_000_000); err != nil {
		return err
	}
	stream.CancelRead(0)
	fmt.Println("endless: stopped after 5000000")
	return nil
}

func askParallel(connection quic.Connection) error {
	var group sync.WaitGroup
	failures := make(chan error, 1000)
	for i := 0; i < 1000; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			if got, _, err := request(connection, 0, 2000); err != nil || got != 2000 {
				failures <- fmt.Errorf("%d came, %v", got, err)
			}
		}()
	}
	group.Wait()
	close(failures)
	fmt.Println("1000 at once: answered")
	return <-failures
}

func latency(connection quic.Connection) error {
	var took []time.Duration
	for i := 0; i < 5000; i++ {
		_, one, err := request(connection, 56, 64)
		if err != nil {
			return err
		}
		took = append(took, one)
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	fmt.Printf("64 up, 64 down, 5000 times: p50 %v, p99 %v\n", took[len(took)/2], took[len(took)*99/100])
	return nil
}

func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

func cutLast(text string, separator byte) (string, string, bool) {
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == separator {
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}
