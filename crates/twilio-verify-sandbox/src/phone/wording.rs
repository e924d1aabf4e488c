//! The texts of messages in each language. [`super::rendering`] replaces variables such as `{{code}}`. The
//! English text messages use Twilio's published wording. The other texts are our own, since Twilio publishes
//! no translations.

use super::language::Language;

/// The texts of one language.
#[derive(Debug)]
pub(crate) struct Wording {
    /// A text message.
    pub(crate) text: &'static str,
    /// The warning after a text message, if the service enables it.
    pub(crate) warning: &'static str,
    /// A text message about a payment (PSD2).
    pub(crate) payment: &'static str,
    /// The words of a call.
    pub(crate) call: &'static str,
    /// The request to press a key, before the words of a call.
    pub(crate) key_prompt: &'static str,
    /// A WhatsApp message.
    pub(crate) whatsapp: &'static str,
}

impl Language {
    /// Returns the texts of this language.
    pub(crate) fn wording(self) -> &'static Wording {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
            Self::French => &FRENCH,
            Self::Spanish => &SPANISH,
            Self::Portuguese => &PORTUGUESE,
            Self::BrazilianPortuguese => &BRAZILIAN_PORTUGUESE,
            Self::Hindi => &HINDI,
        }
    }
}

const ENGLISH: Wording = Wording {
    text: "Your {{friendly_name}} verification code is: {{code}}",
    warning: ". Don't share this code with anyone; our employees will never ask for the code",
    payment: "Your {{friendly_name}} code for {{amount}} to {{payee}} is: {{code}}",
    call: "Hello. Your {{friendly_name}} verification code is: {{spoken}}. Again, your code is: {{spoken}}. Goodbye.",
    key_prompt: "Press any key to hear your code. ",
    whatsapp: "{{code}} is your verification code. For your security, do not share this code.",
};

const GERMAN: Wording = Wording {
    text: "Ihr Bestätigungscode für {{friendly_name}} lautet: {{code}}",
    warning: ". Geben Sie diesen Code niemandem weiter; unsere Mitarbeiter fragen nie danach",
    payment: "Ihr Code von {{friendly_name}} für {{amount}} an {{payee}} lautet: {{code}}",
    call: "Guten Tag. Ihr Bestätigungscode für {{friendly_name}} lautet: {{spoken}}. Noch einmal, Ihr Code lautet: \
           {{spoken}}. Auf Wiederhören.",
    key_prompt: "Drücken Sie eine beliebige Taste, um Ihren Code zu hören. ",
    whatsapp: "{{code}} ist Ihr Bestätigungscode. Geben Sie ihn zu Ihrer Sicherheit nicht weiter.",
};

const FRENCH: Wording = Wording {
    text: "Votre code de vérification {{friendly_name}} est : {{code}}",
    warning: ". Ne communiquez ce code à personne ; nos employés ne vous le demanderont jamais",
    payment: "Votre code {{friendly_name}} pour {{amount}} à {{payee}} est : {{code}}",
    call: "Bonjour. Votre code de vérification {{friendly_name}} est : {{spoken}}. Je répète, votre code est : \
           {{spoken}}. Au revoir.",
    key_prompt: "Appuyez sur une touche pour entendre votre code. ",
    whatsapp: "{{code}} est votre code de vérification. Pour votre sécurité, ne le partagez pas.",
};

const SPANISH: Wording = Wording {
    text: "Tu código de verificación de {{friendly_name}} es: {{code}}",
    warning: ". No compartas este código con nadie; nuestros empleados nunca te lo pedirán",
    payment: "Tu código de {{friendly_name}} para {{amount}} a {{payee}} es: {{code}}",
    call: "Hola. Tu código de verificación de {{friendly_name}} es: {{spoken}}. Repito, tu código es: {{spoken}}. \
           Adiós.",
    key_prompt: "Pulsa cualquier tecla para escuchar tu código. ",
    whatsapp: "{{code}} es tu código de verificación. Por tu seguridad, no lo compartas.",
};

const PORTUGUESE: Wording = Wording {
    text: "O seu código de verificação {{friendly_name}} é: {{code}}",
    warning: ". Não partilhe este código com ninguém; os nossos funcionários nunca o pedirão",
    payment: "O seu código {{friendly_name}} para {{amount}} a {{payee}} é: {{code}}",
    call: "Olá. O seu código de verificação {{friendly_name}} é: {{spoken}}. Repito, o seu código é: {{spoken}}. \
           Adeus.",
    key_prompt: "Prima qualquer tecla para ouvir o seu código. ",
    whatsapp: "{{code}} é o seu código de verificação. Para sua segurança, não o partilhe.",
};

const BRAZILIAN_PORTUGUESE: Wording = Wording {
    text: "Seu código de verificação {{friendly_name}} é: {{code}}",
    warning: ". Não compartilhe este código com ninguém; nossos funcionários nunca o pedirão",
    payment: "Seu código {{friendly_name}} para {{amount}} a {{payee}} é: {{code}}",
    call: "Olá. Seu código de verificação {{friendly_name}} é: {{spoken}}. Repetindo, seu código é: {{spoken}}. \
           Tchau.",
    key_prompt: "Pressione qualquer tecla para ouvir seu código. ",
    whatsapp: "{{code}} é seu código de verificação. Para sua segurança, não o compartilhe.",
};

const HINDI: Wording = Wording {
    text: "आपका {{friendly_name}} सत्यापन कोड है: {{code}}",
    warning: "। यह कोड किसी को न बताएं; हमारे कर्मचारी इसे कभी नहीं मांगेंगे",
    payment: "{{payee}} को {{amount}} के लिए आपका {{friendly_name}} कोड है: {{code}}",
    call: "नमस्ते। आपका {{friendly_name}} सत्यापन कोड है: {{spoken}}। फिर से, आपका कोड है: {{spoken}}। धन्यवाद।",
    key_prompt: "अपना कोड सुनने के लिए कोई भी कुंजी दबाएं। ",
    whatsapp: "{{code}} आपका सत्यापन कोड है। अपनी सुरक्षा के लिए इसे किसी से साझा न करें।",
};
