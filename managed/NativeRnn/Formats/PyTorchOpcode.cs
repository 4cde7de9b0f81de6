namespace NativeRnn.Formats;

/// <summary>The opcodes of pickles (protocols 0 to 5) by their names in Python's pickletools.</summary>
internal static class PyTorchOpcode
{
    internal const byte Mark = (byte)'(';
    internal const byte Stop = (byte)'.';
    internal const byte None = (byte)'N';
    internal const byte Int32 = (byte)'J';
    internal const byte Byte = (byte)'K';
    internal const byte UInt16 = (byte)'M';
    internal const byte Double = (byte)'G';
    internal const byte Text = (byte)'X';
    internal const byte ShortBytes = (byte)'C';
    internal const byte Bytes = (byte)'B';
    internal const byte Append = (byte)'a';
    internal const byte Appends = (byte)'e';
    internal const byte SetItem = (byte)'s';
    internal const byte SetItems = (byte)'u';
    internal const byte EmptyList = (byte)']';
    internal const byte EmptyTuple = (byte)')';
    internal const byte EmptyDictionary = (byte)'}';
    internal const byte Tuple = (byte)'t';
    internal const byte Put = (byte)'q';
    internal const byte LongPut = (byte)'r';
    internal const byte Get = (byte)'h';
    internal const byte LongGet = (byte)'j';
    internal const byte Global = (byte)'c';
    internal const byte Reduce = (byte)'R';
    internal const byte Build = (byte)'b';
    internal const byte PersistentId = (byte)'Q';
    internal const byte Protocol = 0x80;
    internal const byte NewObject = 0x81;
    internal const byte Tuple1 = 0x85;
    internal const byte Tuple2 = 0x86;
    internal const byte Tuple3 = 0x87;
    internal const byte True = 0x88;
    internal const byte False = 0x89;
    internal const byte Long1 = 0x8a;
    internal const byte ShortText = 0x8c;
    internal const byte Text8 = 0x8d;
    internal const byte Bytes8 = 0x8e;
    internal const byte EmptySet = 0x8f;
    internal const byte AddItems = 0x90;
    internal const byte FrozenSet = 0x91;
    internal const byte StackGlobal = 0x93;
    internal const byte Memoize = 0x94;
    internal const byte Frame = 0x95;

    // What torch.save never writes, or what makes objects: known by name only.
    private static readonly Dictionary<byte, string> Refused = new()
    {
        [(byte)'0'] = "POP",
        [(byte)'1'] = "POP_MARK",
        [(byte)'2'] = "DUP",
        [(byte)'F'] = "FLOAT",
        [(byte)'I'] = "INT",
        [(byte)'L'] = "LONG",
        [(byte)'P'] = "PERSID",
        [(byte)'S'] = "STRING",
        [(byte)'T'] = "BINSTRING",
        [(byte)'U'] = "SHORT_BINSTRING",
        [(byte)'V'] = "UNICODE",
        [(byte)'d'] = "DICT",
        [(byte)'g'] = "GET",
        [(byte)'i'] = "INST",
        [(byte)'l'] = "LIST",
        [(byte)'o'] = "OBJ",
        [(byte)'p'] = "PUT",
        [0x82] = "EXT1",
        [0x83] = "EXT2",
        [0x84] = "EXT4",
        [0x8b] = "LONG4",
        [0x92] = "NEWOBJ_EX",
        [0x96] = "BYTEARRAY8",
        [0x97] = "NEXT_BUFFER",
        [0x98] = "READONLY_BUFFER",
    };

    /// <summary>The name of an opcode that is not read; null: there is none with this number.</summary>
    internal static string? RefusedName(byte opcode) => Refused.GetValueOrDefault(opcode);
}
