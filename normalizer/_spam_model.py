"""Weights of words, pairs of words and signs of form by which spam is told: data, made by a program.

Logistic regression on the SMS Spam Collection (T. A. Almeida, J. M. Gómez Hidalgo, UCI Machine Learning Repository, CC BY 4.0; 3,135 of its
messages), requests of New Haven residents (newhavenrc/nhrc, MIT) and sentences of ours in English and French; the 2,200 that weigh most.
"""

from __future__ import annotations

BIAS = -6.32
"""The weight of a message without any sign."""

WEIGHTS: dict[int, str] = {
    -21: "i",
    -16: "la",
    -14: "at",
    -13: "le|street",
    -12: "my|there",
    -11: "is|me|not",
    -10: "est|mon|rue|st|une",
    -9: "how|les|parking",
    -8: "gt|if|l|lt|un|was",
    -7: "come|front|lt_gt|ok|that|the|what",
    -6: "ave|can|front_of|has|he|hey|hope|il|in_front|it|its|main|ne|sidewalk|then|tree|up",
    -5: (
        "at_03|ban|between|car|day|de_la|do|down|emergency|emergency_order|have_a|house|in|know|left|love|ma|no_parking|on|order_no|par"
        "king_ban|please|pls|pothole|resident|springfield|still|there_will|time|trash|when|where|y|yourself"
    ),
    -4: (
        "03_04|03_for|08|also|amp|an_emergency|at_02|au_03|ban_on|be_an|before|but|cars|city|da|depuis|don|elm|eonp|example_gov|excelle"
        "nt|fire|for_01|get|going_to|got|gov|has_been|have_you|haven|him|his|https|je|k|large|later|like|long|lor|may|morning|needs|nig"
        "ht|oh|other|over|park|people|potholes|removal|removed|right|road|snow|someone|springfield_example|t|take|thank|thank_you|them|"
        "to_be|traffic|u|us|very|want|way|wif|www_springfield"
    ),
    -3: (
        "01_02|01_nights|02_rue|03_or|across|ah|already|am|answer|anything|around|arret|ask|at_01|au|avenue|bac|back|bin|bit|both|bus|c"
        "all_me|can_you|chaque|com_0a|comment|corner|d|de_l|dead|deep|devant|don_t|dont|door|du|eau|encore|example_com|faire|fait|for_t"
        "he|friends|gud|happy|have_to|her|hope_you|hour|https_photos|i_ll|i_will|if_you|into|issue|issues|just|leak|light|ll|lol|m|marc"
        "h|marche|me_back|miss|n|near|never|new_haven|nights|number|numero_de|once|or_03|permis|photo|photo_https|photos|photos_example"
        "|pick|pple|quand|que|qui|really|reports|resident_reports|rue_main|said|say|school|se|several|share|she|side|something|svp|taxe"
        "s|thats|those|thru|too|votre_site|want_to|wat|water|went|why|without|work|world|y_a|ya|yeah|year|years"
    ),
    -2: (
        "01_01|01_h|01_to|01_weeks|02_04|03_elm|04_05|07|07_est|0a_pothole|a_bit|a_fridge|a_la|about_02|across_from|again|always|and_0a"
        "|and_i|and_it|and_the|another|answers|anybody|appeler|arbre|are|are_pleased|are_you|around_02|asks|asks_for|atm|autos|aux|away"
        "|back_pls|be|be_a|been|beer|being|big|bike|blocked|bout|branches|brisee|broken|brother|building|by_the|c_est|ca|cant|care|chap"
        "el|charge_to|charrue|chez_nous|coin|college|combien|come_to|coming|company|compte_de|confirm|construction|contactez_moi|cool|c"
        "opy|corner_of|cos|cote|could|couper|d_eau|damaged|dans|de_notre|de_poule|de_semaine|de_taxes|de_vieux|dechets|deux|didn|didn_t"
        "|do_have|does|dog|doing|done|drive|du_02|due_to|dumped|e|eat|edgewood|elm_0|enfants|eonp_emergency|errone|errone_contactez|est"
        "_errone|even|evening|face|family|feel|feu|few|fin_de|fine|flooding|fridge|fridge_ref|from_03|fuite|furniture|garbage|god|gonna"
        "|gov_is|gov_ne|grass|h_02|haha|happen|happy_new|has_a|hav|having|hole|holes|hydrant|i_think|id|il_y|ils|in_this|intersection|i"
        "s_down|is_there|is_this|issues_06|ive|jamais|job|k_k|keep|lamp|lane|le_03|leave|license|little|located|lot|lovely|lunch|making"
        "|man|many|marche_pas|maybe|means|meeting|meter|meters|missing|mon_compte|monday|ne_marche|ne_repond|need|need_to|needs_to|new_"
        "year|nice|nid|nid_de|nobody|non|notification|notification_there|notre_rue|oak|of_03|of_the|of_this|old|on_a|on_sidewalk|on_thi"
        "s|ont|or_something|otherwise|ou|out_for|out_of|par_la|parked|parking_notification|pas_de|passe|password|past|peinture|person|p"
        "ersonne|pete|pick_up|picked|picked_up|pickup|plan|plaque|plate|please_send|pls_03|pole|possibly|posted|pot|poule|probably|prob"
        "lem|property|public|quelqu|quelqu_un|quite|rakhesh|rappelez|ref_04|remove|repond|right_now|safe|same|sat|saturday|saw|says|see"
        "_photo|see_you|seen|service_charge|side_of|site_www|sleep|small|smile|sms_to|son|sont|sous|street_and|stump|stump_removed|sur_"
        "la|sur_le|sure|sweet|taking|taxes_07|tel|text_me|thanks|the_city|the_corner|the_park|the_sidewalk|the_street|there_a|thing|thr"
        "eats|three|through|times|to_make|to_pick|to_the|told|tout|town|trottoir|truck|trying|ui|up_a|ve|vieux|voisin|website_www|well|"
        "whats|while|who|will|wont|working|x|yellow|yet|you_can|you_get|you_in|zone"
    ),
    -1: (
        "01_days|01_hour|01_lovable|01_tel|01_u|02_am|02_main|02_nash|04_at|04_au|04_avant|04_main|04_on|04_rue|05_05|08_auto|08_car|08"
        "_no|0_semaine|0_the|0a_04|0a_and|0a_nid|0a_please|0a_the|a_contact|a_cote|a_day|a_ete|a_few|a_good|a_l|a_pas|a_passe|a_police|"
        "ability|abt|account_details|ad|after_01|afternoon|ago|aimerais|although|am_in|and_0|and_01|and_a|and_do|and_have|and_my|and_of"
        "f|and_you|answer_at|answer_your|apartment|app_01|appeler_le|application|apres|april|apt|apt_01|ard|around_01|as_per|as_well|as"
        "_your|ass|at_04|at_this|attention|au_04|au_bout|au_coin|au_sujet|august|august_0a|auto_brisee|avant_de|ave_and|avec|avoir|baby"
        "|bac_du|back_at|back_to|bad|beautiful|because|bed|been_set|before_01|begin|behind|better|bigger|birthday|black|block|blocking|"
        "bloque|board|bold|bout_de|boy|bridge|bring|brisee_par|brown|bulb|bulb_on|bulk|but_i|but_never|by|by_snowplow|call_03|call_phon"
        "e|call_you|called|came_to|camion|camions|can_go|car_damaged|care_of|centre|chaque_fin|chauffeur|chien|city_of|claim_number|cla"
        "ss|clean|close|coin_de|collection_this|com_to|combien_coute|commencent|complex|couper_l|cour|coute|coute_un|cove|cover|coz|cre"
        "w|ct|curb|customer_number|cut|dad|damaged_by|dangerous|dans_l|dat|de_peinture|de_plaque|de_reclamation|de_venir|decharge|deche"
        "ts_non|den|depuis_01|details|didnt|dinner|dirt|discarded|discarded_on|do_i|do_u|documents|dorm|down_the|drain|dreams|driver|dr"
        "iveway|droit|dropped|du_bac|dude|dumping|dun|early|east|eau_au|edgewood_park|encore_au|enforcement|entrepreneur|et_0|et_de|et_"
        "mon|every|fairfield|fall|far|fat|feet|fell|ferme|feux|fill|finish|fire_hydrant|fix|floor|food|for_02|for_all|for_several|for_t"
        "his|forgot|friday|friend_in|friendship|from_the|from_yale|from_your|fuite_d|full|full_of|gas|gave|gaz|gens|girl|give_u|give_us"
        "|given|go_for|goes|going|gone|good_morning|good_night|goodmorning|gray|gros|gud_0|gud_mrng|guy|had|had_a|hanging|happening|hap"
        "piness|has_not|hav_a|have_any|have_him|having_a|head|hearing|heart|hey_you|hills|hour_of|how_are|how_much|huh|hydrant_in|i_can"
        "|i_hav|i_hope|i_m|i_ve|i_want|i_was|if_the|illegal|illegally|immeuble|in_edgewood|in_it|in_my|indian|inform|interested_in|is_0"
        "8|is_out|isn|isn_t|it_i|it_is|it_was|it_will|j_aimerais|james|journey|june|jus|just_send|kids|l_arbre|la_charrue|la_photo|la_r"
        "ue|laisse|lamp_bulb|lamp_out|landlord|lanes|le_chauffeur|le_trottoir|leak_at|leaking|leaking_fire|leaves|liao|lights|like_a|li"
        "mb|limbs|listen|listen_to|logement|losing|lost_dog|loud|lovable|love_you|lumiere|mail|main_app|main_st|maison|makes|management"
        "|march_02|matin|matter|mayb|me_01|me_03|me_a|me_when|means_you|median|mes|meter_05|meters_05|might|mine|moi_au|mom|mon_voisin|"
        "money|months|morris|morris_cove|mother|mrng|mum|my_customer|n_a|nash|near_the|need_a|needed|neighborhood|neighbors|new_years|n"
        "ext_door|next_week|nite|no_answer|no_collection|non_ramasses|not_picked|noticed|number_08|number_is|odd|off_for|office|on_and|"
        "on_friday|on_saturday|on_the|once_in|one_with|open|out|out_replace|outside|over_the|owned|owned_by|owner|pa|panneau|paper|parc"
        "|parking_spaces|passe_tout|permis_rappelez|person_has|personne_ne|peut|plates|pleased|pleased_to|pleasure|plow|pluie|plus|poss"
        "ible|posted_01|pour_l|pour_le|pour_les|pour_une|ppl|princess|pris|public_hearing|qatar|r_u|rain|ramasses|ramasses_encore|rang|"
        "rappelez_au|rappelez_moi|reclamation|reclamation_08|recycling|ref|regarding|regards|remember|removal_posted|removal_tree|remov"
        "ed_to|replace|replace_street|repond_jamais|reported|required|residents|restaurant|rien|rock|route|rue_oak|rule|said_u|second|s"
        "ee|seeclickfix|seeclickfix_com|self|semaine|send_me|send_you|set|shesil|shesil_lt|sidewalk_in|sign|silent|sir_waiting|site|sle"
        "eping|smoke|snowplow|so|so_much|sofa|soit|sous_la|spaces|speed|spk|st_apt|st_from|st_meters|st_to|state|stop_sign|storm|street"
        "_lamp|street_there|stress|stump_01|style|sujet|sujet_du|sum|sunday|supposed|supposed_to|svp_appeler|t_have|take_care|tel_03|te"
        "ll|tell_me|terrain|test|thanx|that_s|the_bus|the_money|the_other|the_person|the_road|the_same|the_school|the_way|the_yellow|th"
        "ere_are|things|this_location|this_morning|thk|tho|though|thursday|til|time_to|tmr|to_come|to_do|to_have|to_know|to_lt|to_meet|"
        "to_send|to_stump|to_work|today_i|together|tomo|torch|tout_droit|train|tree_was|trees|trip|trois|trouble|trucks|trying_to|u_as|"
        "un_permis|under|up_01|urgent_fuite|urgent_water|us_back|utility|vehicle|venir|venir_couper|veux|ville|voir|voir_la|wait|wake|w"
        "alk|wall|wan|was_a|was_not|was_posted|waste|watch|water_leak|way_to|we_have|we_re|wednesday|weeks_call|wen|west|what_are|what_"
        "s|whats_your|when_it|white|whitney|whole|will_happen|will_miss|wins|with_my|with_your|with_yourself|within_01|wonderful|work_a"
        "nd|wot|would_be|would_like|wrong|yale|yard|year_to|yesterday|you_are|you_both|you_call|you_for|you_got|you_guys|you_never|you_"
        "text|you_today|you_want|your_friends|your_house|yup"
    ),
    1: (
        "0|011_now|011_to|012|01_c|01_free|01_make|01_v|01_www|02_kilos|02_per|02_to|03_02|03_prize|05_01|06_to|0_msg|0_new|0a_0|0a_01|"
        "0a_co|0a_if|0a_to|0a_tone|a_new|a_pass|a_secret|a_shit|a_simple|a_week|admirer|admirer_who|after_02|am_02|and_age|and_love|and"
        "_no|at_http|at_work|au_01|avoid|awarded|back_i|back_the|banque|before_midnight|bill|bluetooth|bored|call_01|call_on|calls|came"
        "|can_not|care_011|career|cash_or|ce_soir|channel|chat_now|chaud|compte|conditions|contact_with|cost|could_not|cum|current|cust"
        "|darling|days|days_i|de_02|dear_voucher|delivered|depot|device|direct_to|downloads|draw_01|eg|england|enough_for|fantastic|fee"
        "|felicitations|felicitations_vous|femmes|fin|flag|flowers|following|for_christmas|for_it|for_our|free_from|free_mins|free_msg|"
        "from_there|get_an|getting|gift_voucher|girls|give|goal|guaranteed|h|have|henry|here|here_http|hey_there|hi_i|holder|hurry|i_ha"
        "ve|if_one|im_so|immediately|in_days|info_0a|is_about|is_almost|is_looking|is_waiting|it_still|jersey|join_the|just_got|just_tx"
        "t|kilos|leading|lets_you|link|liverpool|loan|looking_01|made|mailbox|make_contact|mega|message_from|midnight|min_to|minutes|ms"
        "g_0a|my_bedroom|name_and|national_rate|network|nos|not_be|not_enough|not_have|not_too|now_011|now_and|now_text|ordered|pass_by"
        "|pay_the|per|pix|play|player|please_call|potential|quiz|quiz_win|quote|r_reveal|re|receive_the|recorded|responsible|responsibl"
        "e_for|reveal|reveal_who|ringtones|s_been|s_not|s_now|scores|secret|secret_admirer|sed|selection_of|send_out|sending_this|sent_"
        "to|settings|sex|sexy|shot|so_special|sony|sony_dvd|special_call|sufficient|sunshine_quiz|support|tell_you|text_stop|textoperat"
        "or|the_0|the_current|the_first|the_following|the_mobile|the_word|they_r|thinks_ur|this_txt|to_03|to_04|to_avoid|to_contact|to_"
        "http|to_place|to_tell|to_unsubscribe|too_late|u_find|u_i|u_my|unsubscribe_from|ur_mob|ur_phone|ur_so|urgent|vid|voucher_holder"
        "|wallet|wanna_chat|want_03|wap|we_can|wedding|who_they|who_thinks|with_u|won_a|work_as|would|xx_calls|yards_from|yet_the|you_s"
        "ee|you_to|yr"
    ),
    2: (
        "011_0a|011_immediately|011_just|011_nat|01_find|01_minutes|01_more|01_new|01_of|01_you|02_03|04_now|0_0|0_0a|0a_02|0a_com|0a_f"
        "or|0a_on|a_couple|a_min|a_text|age|ai|all_the|am_the|amazing|ami|an_urgent|and_wish|any_of|apply|arcade|are_responsible|are_wa"
        "iting|as_a|as_there|at_www|attend|au_05|auction|avis|babe|bank|bank_account|be_with|bid_is|billing|bonus|brought|brought_to|ca"
        "lls_01|can_i|carte|chance|chatting|chez|correct|couple|couple_of|cs|d_un|dating_service|de_03|de_votre|direct|disponible|dolla"
        "rs|draw|dream|e_g|entre|et_je|ete|every_week|example_info|failed|fantasies|fantasies_call|final|followed|followed_by|for_03|fo"
        "r_0a|for_a|for_free|for_terms|for_their|from_www|game|games_arcade|gift|give_a|give_you|has_to|have_been|have_the|have_won|hi_"
        "the|hi_this|home_with|hours|i_d|i_missed|i_need|ici_http|immediately_as|in_02|is_ur|items|je_suis|join|just_0|last_week|late|l"
        "et_s|live|location|members|message_waiting|messages|mettez|missed_your|mobile_0a|mobile_content|moi|more|more_info|nat|nat_rat"
        "e|networks|new_jersey|new_message|next_0a|no_credit|nouvelle|now_to|numero|off|off_01|on_ur|on_what|ordinateur|ordinateur_est|"
        "our_members|out_who|payment|pg|phone|pic|poly|polys|pret|private|promo|put_your|radio|rcv|rcvd|ready|receive|received|reply_fo"
        "r|reply_with|risk|s|save_money|sell|send_01|send_u|sent|services|should_be|so_they|sorry|sorry_i|started|std|stop_texts|stop_t"
        "his|suis|superb|sur_notre|switch|term|text_back|text_now|texts_call|the_mob|the_time|the_top|they|they_sell|this|this_message|"
        "this_service|to_give|to_receive|to_talk|to_this|to_transfer|two|txt_stop|txts|u_meet|u_were|unsecured|until|up_to|update|updat"
        "e_your|urgent_message|verify|votre_compte|warm|warm_and|we_are|we_will|what_they|will_give|will_u|wish_to|within|within_02|wit"
        "hin_the|word|www_0a|you_a|you_by|your_email|your_mailbox|your_next|your_tone"
    ),
    3: (
        "01_a|02_hours|03_to|04_03|04_account|05_lost|0_min|AA|a_jour|a_real|access|access_to|account_statement|after_i|an_access|app|a"
        "rea|asap|avant|bacs|be_sending|bringing|by_0a|call_04|cette|congratulations|connection|credits|d_like|dans_le|do_you|driving|e"
        "nd|equipe|equipe_de|example_click|example_top|expire|follow|for_me|for_you|forget|from_a|games|green|had_two|has_never|have_01"
        "|have_had|http_nflx|i_sent|i_won|in_our|include|inscrivez|is_a|j_ai|la_fin|life|m_on|made_it|me_i|mins|mob|moitie|movie|much_f"
        "un|national|netflix|never_been|next|nflx|nflx_example|no|nokia|nouvelles|of_days|par|partner|phone_number|plastique|police|pre"
        "sence|private_your|prix_d|r|rate|ready_to|renewal|repondez|responding|selection|send_a|sending_you|shock|since_you|smith|speci"
        "al|special_for|sport|statement|statement_for|suspension|t_forget|ta|talk|terms|than|themob|these|this_much|time_i|to_all|to_cl"
        "aim|to_see|tonight|toutes|toutes_les|two_of|usd|usine|visit|voucher|we_need|weeks|well_to|were|with_a|won_t|worth|you_an|you_c"
        "ame|you_made|you_send|you_think|your_04"
    ),
    4: (
        "01|01_jours|02_de|02_h|02_pounds|02_sur|04_cash|0a_0a|a_03|a_b|a_green|account|address|address_and|affordable|an_important|and"
        "|and_now|announcement|announcement_from|anyone|are_a|avant_la|b_or|bid|birds|blue|bought|c|cette_semaine|chat|check|check_out|"
        "choose_your|com|commandez|customer_service|day_send|de_chez|dear|dear_sir|delivery|development|did_you|died|du_mois|dvd|envoye"
        "z|etc|example|film|fin_du|find_out|forget_you|freemsg_hey|from_05|from_premier|fun|g|gagnez|garder|grow|have_an|i_put|importan"
        "t|important_customer|in_your|is_ready|july|lose|mobiles|more_tones|msg|name|need_some|need_your|nettoyage|nouveau|now_getting|"
        "of_these|or_c|order|panneaux|plastic|pound|put|put_you|rabais|red|released|reply_end|selected|send_stop|sending|service_announ"
        "cement|seulement|stop_to|stuff|sunshine|sur|tapis|team|the_next|the_start|to_help|to_order|to_stop|truly|two_weeks|u_can|un_no"
        "uveau|unsubscribe|until_you|up_for|user|verifiez|video_will|we|weeks_with|when_you|with_this|you_enjoy|you_like|you_re|your_bu"
        "siness"
    ),
    5: (
        "!|a_notre|about_the|ac|adult|an|argent|au_02|automatique|avez|bags|bins|bins_in|bonjour|buy|cash|change|chez_vous|china|club|c"
        "ontent|credit|customer|dating|et_des|ever|factory|formation_en|gratuit|http_www|idiot|info|ligne|like_to|likes|meet|min|miracl"
        "e|nearly|nothing|nous|or_a|pounds|prices|promotion|rates|receiving|risque|see_my|sms_ac|stolen|stop|texts|they_were|to_go|to_y"
        "our|tone|vos|will_be|win_a|with|won|would_you|xxx_pics|you|you_ever|you_will"
    ),
    6: (
        "02_off|a_01|a_04|all_of|and_bags|appelez|b|bitcoin|business|cadeau|claim|click_here|cliquez|cliquez_ici|co|co_uk|comes|divorce"
        "|en_ligne|faster|formation|gagnant|gbp|grace|grace_a|gratuite|hear|help|high|ici|interested|is_an|it_comes|mois|notice|off_tod"
        "ay|on_011|on_high|only|page_de|prize|reply_real|singles|singles_in|start|station|than_you|that_when|the_uk|they_are|this_week|"
        "tirage|top|triple|video|vous_avez|watches|win|you_hear|you_is|your_area"
    ),
    7: (
        "02_02|a_free|authority|call|cops|find|for|go_on|google|have_nothing|j|kindly|news|page|petit|pics|police_station|posts|pour|qu"
        "ality|robot|send|sites|the_new|today|toilet|trading|voitures|week_s|with_all|www|xmas|you_have|your_mobile"
    ),
    8: (
        "03_03|are_so|catalogue|cheap|choose|contactez|discreet|en_01|everyone|exclusive|hello|international|jour|message|or|prescripti"
        "on|process|real|sacs|sacs_et|sale"
    ),
    9: (
        "01_03|attached|best|but_no|condition|de|for_sale|for_u|invoice|jours|latest|notre|now|offer|our|service|shortly|the_wire|to_05"
        "|week|wire|xxx"
    ),
    10: "arsenal|de_luxe|freemsg|hello_we|luxe|new|premier|rgds|transfer",
    11: "call_011|click|en|enjoy|sms",
    12: "05|A A|cher|et|hot|maintenant|ringtone|sans|vous",
    13: "04|instagram|txt|uk",
    14: "0a|shipping|tones",
    15: "http|livraison",
    16: "03|mobile|£",
    18: "text|viagra|your",
    21: "//|reply",
    22: "free|prix",
    23: "$",
    24: "--|02",
    25: "011",
    26: "votre",
    27: "00",
}  # fmt: skip
"""Tenths of a unit to the signs, ``|`` between them; ``_`` joins a pair, ``05`` is a figure of five digits."""
