// A second opinion on an export, with nothing of elevate in it: the checkpoint is opened by Go's
// golang.org/x/mod/sumdb/note, and every event, tile and proof is checked by golang.org/x/mod/sumdb/tlog.
//
//	go run . VKEY FOLDER [PROOFS]
//	go run . VKEY EVENT.tlog-proof EVENT.json
//
// FOLDER is an export with tiles; a .tlog-proof proves one event. PROOFS is a file of JSON with inclusion and consistency proofs to be checked, too.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "refused: %s: %v\n", what, err)
		os.Exit(1)
	}
}

// checkpoint opens a signed note and reads its three lines.
func checkpoint(msg []byte, vkey string) (origin string, tree tlog.Tree) {
	verifier, err := note.NewVerifier(vkey)
	must(err, "verifier key")
	opened, err := note.Open(msg, note.VerifierList(verifier))
	must(err, "checkpoint")
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		must(fmt.Errorf("%q", opened.Text), "checkpoint text")
	}
	tree.N, err = strconv.ParseInt(lines[1], 10, 64)
	must(err, "checkpoint size")
	tree.Hash, err = tlog.ParseHash(lines[2])
	must(err, "checkpoint root")
	return lines[0], tree
}

// folder reads tiles of height 8; tlog knows how to tell whether they belong to the tree.
type folder string

func (dir folder) Height() int                                { return 8 }
func (dir folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (dir folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// tile/8/0/000 there is tile/0/000 here.
		data, err := os.ReadFile(filepath.Join(string(dir), "tile", strings.TrimPrefix(tile.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// events reads the entry bundles that a tree of this size has.
func events(dir string, size int64) (all [][]byte) {
	for n := int64(0); n*256 < size; n++ {
		width := 256
		if size-n*256 < 256 {
			width = int(size - n*256)
		}
		name := strings.TrimPrefix(tlog.Tile{H: 8, L: -1, N: n, W: width}.Path(), "tile/8/data/")
		data, err := os.ReadFile(filepath.Join(dir, "tile", "entries", name))
		must(err, "entry bundle")
		for len(data) > 0 {
			length := 2 + int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:length])
			data = data[length:]
		}
	}
	return all
}

type proofs struct {
	Inclusion []struct {
		Index, Size int64
		Leaf, Root  string
		Proof       []string
	}
	Consistency []struct {
		From, Size     int64
		FromRoot, Root string
		Proof          []string
	}
}

func hash(text string) (one tlog.Hash) {
	data, err := base64.StdEncoding.DecodeString(text)
	must(err, "hash")
	copy(one[:], data)
	return one
}

func hashes(texts []string) (all []tlog.Hash) {
	for _, text := range texts {
		all = append(all, hash(text))
	}
	return all
}

// single checks one event with its proof (c2sp.org/tlog-proof) and the verifier key, and nothing else.
func single(vkey, file, event string) {
	text, err := os.ReadFile(file)
	must(err, "proof")
	data, err := os.ReadFile(event)
	must(err, "event")
	head, msg, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		must(fmt.Errorf("%q", head), "proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err, "index")
	origin, tree := checkpoint([]byte(msg), vkey)
	must(tlog.CheckRecord(hashes(lines[2:]), tree.N, tree.Hash, index, tlog.RecordHash(data)), fmt.Sprintf("event %d", index))
	fmt.Printf("%s: event %d of %d is good\n", origin, index, tree.N)
}

func main() {
	vkey, dir := os.Args[1], os.Args[2]
	if strings.HasSuffix(dir, ".tlog-proof") {
		single(vkey, dir, os.Args[3])
		return
	}
	msg, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(err, "checkpoint")
	origin, tree := checkpoint(msg, vkey)

	reader := tlog.TileHashReader(tree, folder(dir))
	root, err := tlog.TreeHash(tree.N, reader)
	must(err, "tiles")
	if root != tree.Hash {
		must(fmt.Errorf("%v", root), "root of the tiles")
	}
	all := events(dir, tree.N)
	if int64(len(all)) != tree.N {
		must(fmt.Errorf("%d events for %d", len(all), tree.N), "entry bundles")
	}
	for index, event := range all {
		record := tlog.RecordHash(event)
		proof, err := tlog.ProveRecord(tree.N, int64(index), reader)
		must(err, "proof from tiles")
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), record), fmt.Sprintf("event %d", index))
	}

	older := 0
	if notes, err := os.ReadFile(filepath.Join(dir, "checkpoints")); err == nil {
		// Texts and signatures by turns.
		parts := strings.Split(strings.TrimSpace(string(notes)), "\n\n")
		for n := 0; n+1 < len(parts); n += 2 {
			_, before := checkpoint([]byte(parts[n]+"\n\n"+parts[n+1]+"\n"), vkey)
			proof, err := tlog.ProveTree(tree.N, before.N, reader)
			must(err, "proof from tiles")
			must(tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash), fmt.Sprintf("checkpoint of %d", before.N))
			older++
		}
	}

	var given proofs
	if len(os.Args) > 3 {
		data, err := os.ReadFile(os.Args[3])
		must(err, "proofs")
		must(json.Unmarshal(data, &given), "proofs")
	}
	for _, one := range given.Inclusion {
		must(tlog.CheckRecord(hashes(one.Proof), one.Size, hash(one.Root), one.Index, hash(one.Leaf)),
			fmt.Sprintf("inclusion of %d in %d", one.Index, one.Size))
	}
	for _, one := range given.Consistency {
		must(tlog.CheckTree(hashes(one.Proof), one.Size, hash(one.Root), one.From, hash(one.FromRoot)),
			fmt.Sprintf("consistency of %d and %d", one.From, one.Size))
	}
	fmt.Printf("%s: %d events, %d checkpoints, %d inclusion and %d consistency proofs are good\n",
		origin, tree.N, older, len(given.Inclusion), len(given.Consistency))
}
