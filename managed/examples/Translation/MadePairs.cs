/// <summary>
/// Sentences about when something happens, in English and German, that a small grammar makes. A verb's two halves
/// stand far apart in German, numbers are one word with the units first, and half past three is half four.
/// </summary>
internal static class MadePairs
{
    private static readonly (string English, string German, string Prefix)[] Events =
    [
        ("the train leaves", "der zug fährt", "ab"), ("the ship arrives", "das schiff kommt", "an"),
        ("the shop opens", "der laden macht", "auf"), ("the museum closes", "das museum macht", "zu"),
        ("the film begins", "der film fängt", "an"), ("the guest departs", "der gast reist", "ab"),
    ];

    private static readonly (string English, string German)[] Days =
    [
        ("monday", "montag"), ("tuesday", "dienstag"), ("wednesday", "mittwoch"), ("thursday", "donnerstag"),
        ("friday", "freitag"), ("saturday", "samstag"), ("sunday", "sonntag"),
    ];

    private static readonly string[] EnglishUnits =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    private static readonly string[] GermanUnits =
        ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"];

    private static readonly string[] EnglishTens =
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    private static readonly string[] GermanTens =
        ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"];

    /// <summary>Makes pairs, all different; a tenth is for validation, a tenth for the test.</summary>
    /// <param name="count">How many; up to 20,000 are soon found.</param>
    /// <param name="seed">The same seed makes the same ones.</param>
    public static PairSplit Create(int count, long seed)
    {
        Random random = new(unchecked((int)seed));
        Dictionary<string, SentencePair> pairs = [];
        while (pairs.Count < count)
        {
            (string english, string german) = Sentence(random);
            pairs.TryAdd(english, new SentencePair(english.Split(' '), german.Split(' ')));
        }

        SentencePair[] all = [.. pairs.Values];
        int held = count / 10;
        return new PairSplit(all[(2 * held)..], all[held..(2 * held)], all[..held]);
    }

    private static (string English, string German) Sentence(Random random)
    {
        (string english, string german, string prefix) = Pick(Events, random);
        (string day, string tag) = Pick(Days, random);
        (string time, string zeit) = Time(random);
        (string number, string zahl) = Number(random.Next(20, 100));
        return random.Next(3) switch
        {
            0 => ($"{english} on {day} at {time} .", $"{german} am {tag} um {zeit} {prefix} ."),
            1 => ($"{english} at {time} with {number} people .", $"{german} um {zeit} mit {zahl} leuten {prefix} ."),
            _ => ($"{english} on {day} with {number} people .", $"{german} am {tag} mit {zahl} leuten {prefix} ."),
        };
    }

    private static (string English, string German) Time(Random random)
    {
        int hour = random.Next(1, 12);
        return random.Next(4) switch
        {
            0 => ($"half past {EnglishUnits[hour]}", $"halb {GermanUnits[hour + 1]}"),
            1 => ($"a quarter to {EnglishUnits[hour]}", $"viertel vor {GermanUnits[hour]}"),
            2 => ($"ten past {EnglishUnits[hour]}", $"zehn nach {GermanUnits[hour]}"),
            _ => ($"twenty to {EnglishUnits[hour]}", $"zwanzig vor {GermanUnits[hour]}"),
        };
    }

    // 20 to 99.
    private static (string English, string German) Number(int number)
    {
        (int tens, int units) = ((number / 10) - 2, number % 10);
        string unit = units == 1 ? "ein" : GermanUnits[units];
        return units == 0
            ? (EnglishTens[tens], GermanTens[tens])
            : ($"{EnglishTens[tens]} {EnglishUnits[units]}", $"{unit}und{GermanTens[tens]}");
    }

    private static T Pick<T>(T[] choices, Random random) => choices[random.Next(choices.Length)];
}
